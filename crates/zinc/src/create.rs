//! Making, listing and removing segments: the supervisor's part.

use std::ffi::CString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use shm_layout::{Layout, Segment as SegmentSpec, Shape};

use crate::error::{Refusal, ZincError};
use crate::header;
use crate::map::Map;
use crate::own::lock_path;
use crate::process::{is_alive, start_ticks};
use crate::ring::STREAM_ID_WORD;
use crate::segment::{Trust, check_instance, object_name, object_path, open_checked, spec_of};
use crate::sync::Ordering::Relaxed;
use crate::system::{preallocate, rename_exclusive, try_lock};

const UNFINISHED: &str = ".new";
/// Leftovers a create removes before it gives up on the name.
const RETRIES_MAX: usize = 3;

/// Creates the segment that `writer` will write: whole, zeroed and preallocated, before it gets
/// its name. A leftover of a dead tree is replaced; a live tree's segment is refused.
pub fn create(
    layout: &'static Layout,
    instance: &str,
    writer: u32,
    run_dir: &Path,
    mode: u32,
) -> Result<(), ZincError> {
    check_instance(instance)?;
    let spec = spec_of(layout, writer)?;
    let object = object_name(instance, spec.name);
    let path = object_path(&object);
    remove_unfinished(&path);
    let failed = |step| {
        let object = object.clone();
        move |error| ZincError::Create {
            object,
            step,
            error,
        }
    };
    let new = new_path(&path, std::process::id());
    let built = build(layout, spec, instance, &new, mode);
    let mut named = built
        .map_err(failed("preallocating and filling it"))
        .and_then(|()| give_name(&new, &path).map_err(failed("naming it")));
    for _ in 0..RETRIES_MAX {
        match &named {
            Err(ZincError::Create { error, .. })
                if error.kind() == io::ErrorKind::AlreadyExists =>
            {
                match remove_leftover(&object, &path, &lock_path(run_dir, spec.name)) {
                    Ok(()) => named = give_name(&new, &path).map_err(failed("naming it")),
                    Err(refusal) => named = Err(refusal),
                }
            }
            _ => break,
        }
    }
    if named.is_err() {
        // The name was never given; failing to remove what may not exist changes nothing.
        let _ = fs::remove_file(&new);
    }
    named
}

fn new_path(path: &Path, pid: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{pid}{UNFINISHED}"));
    PathBuf::from(name)
}

fn build(
    layout: &'static Layout,
    spec: &'static SegmentSpec,
    instance: &str,
    new: &Path,
    mode: u32,
) -> io::Result<()> {
    if !matches!(mode, 0o600 | 0o640) {
        return Err(io::Error::other(format!(
            "mode {mode:04o} is neither 0600 nor 0640"
        )));
    }
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC)
        .open(new)?;
    preallocate(&file, spec.size)?;
    let map = Map::writable(&file, spec.size)?;
    for region in spec
        .regions
        .iter()
        .filter(|r| matches!(r.shape, Shape::Lossless | Shape::Broadcast))
    {
        map.part(region.offset, 128)[STREAM_ID_WORD].store(random_id()?, Relaxed);
    }
    let name = check_instance(instance).map_err(io::Error::other)?;
    header::write_identity(&map, layout, spec, name);
    // The umask had its say when the file was opened; this is the mode that was asked for.
    file.set_permissions(Permissions::from_mode(mode))
}

fn random_id() -> io::Result<u64> {
    let mut bytes = [0; 8];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    // Zero is "no stream", and the top bits are free for whoever packs it.
    Ok(u64::from_le_bytes(bytes).max(1))
}

fn give_name(new: &Path, path: &Path) -> io::Result<()> {
    let text = |p: &Path| CString::new(p.as_os_str().as_bytes()).map_err(io::Error::other);
    rename_exclusive(&text(new)?, &text(path)?)
}

/// Removes the object if everybody who could use it is dead.
fn remove_leftover(object: &str, path: &Path, lock: &Path) -> Result<(), ZincError> {
    let named = |refusal| ZincError::Attach {
        object: object.to_owned(),
        refusal,
    };
    match open_checked(path, false, Trust::Object) {
        Ok((file, _)) => {
            if let Some(pid) = user_of(&file, lock) {
                return Err(ZincError::Busy {
                    object: object.to_owned(),
                    pid,
                });
            }
        }
        Err(Refusal::Missing) => return Ok(()),
        // Damaged beyond a header, or left by a build with other rules, but mine to remove.
        Err(Refusal::TooSmall { .. } | Refusal::OpenMode { .. } | Refusal::NotAFile) => {}
        Err(refusal) => return Err(named(refusal)),
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(named(Refusal::Unreadable(error)))
        }
        _ => Ok(()),
    }
}

/// A live process that created or writes the object. A header too damaged to read has none.
fn user_of(file: &File, lock: &Path) -> Option<u32> {
    let map = Map::read_only(file, shm_layout::HEADER_SIZE).ok()?;
    let identity = header::read_identity(&map).ok()?;
    let writer = header::read_writer(&map);
    if is_alive(
        identity.creator_pid,
        identity.creator_start_ticks,
        identity.boot_id,
    ) {
        return Some(identity.creator_pid);
    }
    if is_alive(writer.pid, writer.start_ticks, writer.boot_id) {
        return Some(writer.pid);
    }
    let held = OpenOptions::new()
        .read(true)
        .write(true)
        .open(lock)
        .map(|file| try_lock(&file));
    matches!(held, Ok(Ok(false))).then_some(writer.pid)
}

/// Removes half-made objects of creators that died before they named them.
fn remove_unfinished(path: &Path) {
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        return;
    };
    let prefix = format!("{}.", name.to_string_lossy());
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let found = entry.file_name().to_string_lossy().into_owned();
        let pid = found
            .strip_prefix(&prefix)
            .and_then(|rest| rest.strip_suffix(UNFINISHED));
        let Some(pid) = pid.and_then(|pid| pid.parse::<u32>().ok()) else {
            continue;
        };
        if pid == std::process::id() || start_ticks(pid).is_none() {
            // If it is not ours to remove it stays, unnamed and harmless.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Removes the name; whoever has it mapped keeps the memory. Whether there was one.
pub fn unlink(layout: &'static Layout, instance: &str, writer: u32) -> Result<bool, ZincError> {
    check_instance(instance)?;
    let object = object_name(instance, spec_of(layout, writer)?.name);
    match fs::remove_file(object_path(&object)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(ZincError::Create {
            object,
            step: "unlinking it",
            error,
        }),
    }
}

/// Names of all segments of this machine, as `<instance>.<segment>`, sorted.
pub fn list() -> Result<Vec<String>, ZincError> {
    let directory = object_path("/");
    let entries = fs::read_dir(&directory).map_err(|error| ZincError::Create {
        object: directory.display().to_string(),
        step: "listing it",
        error,
    })?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            Some(
                entry
                    .file_name()
                    .to_str()?
                    .strip_prefix("pink.")?
                    .to_owned(),
            )
        })
        .filter(|name| !name.ends_with(UNFINISHED))
        .collect();
    names.sort();
    Ok(names)
}
