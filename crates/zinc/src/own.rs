//! The segment this process writes: locked for life, mapped writable here and nowhere else.

use std::fs::{File, OpenOptions};
use std::os::fd::RawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shm_layout::{
    ActorState, LINE_SIZE, LIVE_HEARTBEAT_OFFSET, LIVE_PROGRESS_OFFSET, LIVE_STATE_OFFSET, Layout,
    Region, Segment as SegmentSpec, WriterIdentity,
};

use crate::consumer::Consumer;
use crate::error::{Refusal, ZincError};
use crate::header::{self, Header};
use crate::map::Map;
use crate::park::Line;
use crate::process::{boot_id, mono_ns, start_ticks, wall_ns};
use crate::producer::{Producer, Wakes};
use crate::segment::{
    Segment, Trust, cell, check_instance, check_ring, cursor_offset, object_name, object_path,
    open_checked, read_cell, spec_of,
};
use crate::system::{effective_uid, try_lock};

/// The writable attachment of the one writer.
pub struct OwnSegment {
    map: Arc<Map>,
    spec: &'static SegmentSpec,
    wakes: Arc<Wakes>,
    /// Rings whose producing end was handed out: there is one of each.
    produced: Vec<u32>,
    /// The lock lives as long as this description, hence as long as the process at most.
    _lock: File,
}

pub(crate) fn lock_path(run_dir: &Path, segment: &str) -> PathBuf {
    run_dir.join(format!("{segment}.lock"))
}

impl OwnSegment {
    /// Takes the writer lock in `run_dir`, maps the segment writable and signs its header. The
    /// second writer is refused and told who the first is.
    pub fn open(
        layout: &'static Layout,
        instance: &str,
        writer: u32,
        run_dir: &Path,
    ) -> Result<Self, ZincError> {
        check_instance(instance)?;
        let spec = spec_of(layout, writer)?;
        let object = object_name(instance, spec.name);
        let path = object_path(&object);
        let lock = take_lock(&lock_path(run_dir, spec.name), &path)?;
        let map = open_writable(layout, spec, &path, instance)
            .map_err(|refusal| ZincError::Attach { object, refusal })?;
        sign(&map, spec);
        Ok(Self {
            map: Arc::new(map),
            spec,
            wakes: Arc::new(Wakes::new()),
            produced: Vec::new(),
            _lock: lock,
        })
    }

    /// The header page as it is now.
    pub fn header(&self) -> Result<Header, ZincError> {
        header::read(&self.map).map_err(|refusal| ZincError::Attach {
            object: self.spec.name.to_owned(),
            refusal,
        })
    }

    /// Says that the process lives, and how much it has done.
    pub fn beat(&self, progress: u64) {
        header::store_live(&self.map, LIVE_PROGRESS_OFFSET, progress);
        header::store_live(&self.map, LIVE_HEARTBEAT_OFFSET, mono_ns());
    }

    /// Says where in its life the process is: a code of `ActorState`.
    pub fn set_state(&self, state: u64) {
        header::store_live(&self.map, LIVE_STATE_OFFSET, state);
    }

    /// Stores the latest state of one cell.
    pub fn write(&mut self, region: &Region, index: usize, record: &[u8]) -> Result<(), ZincError> {
        cell(&self.map, self.spec, region, index, record.len())?.write(record);
        Ok(())
    }

    /// Copies a cell of this segment; it cannot be torn, its writer is the caller.
    pub fn read(&self, region: &Region, index: usize, record: &mut [u8]) -> Result<u64, ZincError> {
        read_cell(&self.map, self.spec, region, index, record)
    }

    /// How often the cell was written since the segment was created.
    pub fn generation(&self, region: &Region, index: usize) -> Result<u64, ZincError> {
        Ok(cell(&self.map, self.spec, region, index, region.record_size)?.generation())
    }

    /// The producing end of a ring of this segment; it goes on where the last producer stopped.
    /// A lossless ring needs every consumer that the layout names, a broadcast ring any of them.
    /// With each comes the eventfd that wakes it, or -1.
    pub fn producer(
        &mut self,
        region: &'static Region,
        consumers: &[(&Segment, RawFd)],
    ) -> Result<Producer, ZincError> {
        check_ring(self.spec, region)?;
        if self.produced.contains(&region.id) {
            let need = "its one producer was handed out already";
            return Err(ZincError::WrongRegion {
                region: region.name,
                need,
            });
        }
        let producer = Producer::new(Arc::clone(&self.map), region, consumers, &self.wakes)?;
        self.produced.push(region.id);
        Ok(producer)
    }

    /// The consuming end of somebody's ring, with its released position kept here.
    pub fn consumer(
        &self,
        source: &Segment,
        region: &'static Region,
    ) -> Result<Consumer, ZincError> {
        check_ring(source.spec, region)?;
        let offset = cursor_offset(self.spec, region)?;
        Ok(Consumer::keeping(
            Arc::clone(&source.map),
            region,
            Arc::clone(&self.map),
            offset,
        ))
    }
}

fn take_lock(lock: &Path, object: &Path) -> Result<File, ZincError> {
    let name = lock.display().to_string();
    let failed = |error| ZincError::Lock {
        lock: name.clone(),
        error,
    };
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC)
        .open(lock)
        .map_err(failed)?;
    if try_lock(&file).map_err(failed)? {
        return Ok(file);
    }
    // The lock itself does not say who holds it; the header does.
    let holder = open_checked(object, false, Trust::Object)
        .ok()
        .and_then(|(file, _)| Map::read_only(&file, shm_layout::HEADER_SIZE).ok())
        .map_or(WriterIdentity::ZERO, |map| header::read_writer(&map));
    Err(ZincError::WriterHeld {
        lock: name,
        pid: holder.pid,
        start_ticks: holder.start_ticks,
    })
}

fn open_writable(
    layout: &'static Layout,
    spec: &'static SegmentSpec,
    path: &Path,
    instance: &str,
) -> Result<Map, Refusal> {
    let (file, size) = open_checked(path, true, Trust::Object)?;
    let page = Map::read_only(&file, shm_layout::HEADER_SIZE).map_err(Refusal::Unreadable)?;
    let header = header::read_identity(&page)?;
    header::check_identity(&header, layout, spec, Some(instance), size)?;
    Map::writable(&file, spec.size).map_err(Refusal::Unreadable)
}

/// Enters this process as the writer and takes back what a dead predecessor announced.
fn sign(map: &Map, spec: &SegmentSpec) {
    let pid = std::process::id();
    let identity = WriterIdentity {
        epoch: header::read_writer(map).epoch.wrapping_add(1),
        pid,
        uid: effective_uid(),
        start_ticks: start_ticks(pid).unwrap_or(0),
        opened_mono_ns: mono_ns(),
        opened_wall_ns: wall_ns(),
        boot_id: boot_id(),
    };
    header::store_live(
        map,
        LIVE_STATE_OFFSET,
        u64::from(ActorState::Starting.code()),
    );
    header::store_live(map, LIVE_PROGRESS_OFFSET, 0);
    header::store_live(map, LIVE_HEARTBEAT_OFFSET, mono_ns());
    for cursor in spec.cursors {
        Line(map.part(cursor.offset, LINE_SIZE)).clear();
    }
    header::writer_cell(map).write(&identity.to_bytes());
}
