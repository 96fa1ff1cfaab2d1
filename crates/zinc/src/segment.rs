//! Somebody else's segment, mapped read-only after every doubt about it was refused.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shm_layout::{Ascii, HEADER_SIZE, Layout, Region, Segment as SegmentSpec, Shape};

use crate::cell::Cell;
use crate::consumer::Consumer;
use crate::error::{Refusal, ZincError};
use crate::header::{self, Header};
use crate::map::Map;
use crate::park::Line;
use crate::ring::Ring;
use crate::system::{effective_uid, in_group};

/// Bits of a mode that a trusted object may have.
const MODE_MAX: u32 = 0o640;
const DIRECTORY: &str = "/dev/shm";

/// A read-only attachment.
pub struct Segment {
    pub(crate) map: Arc<Map>,
    pub(crate) spec: &'static SegmentSpec,
    file: File,
}

pub(crate) fn object_name(instance: &str, segment: &str) -> String {
    format!("/pink.{instance}.{segment}")
}

pub(crate) fn object_path(name: &str) -> PathBuf {
    Path::new(DIRECTORY).join(name.trim_start_matches('/'))
}

/// The instance name as the header stores it; nothing that could leave the directory passes.
pub(crate) fn check_instance(name: &str) -> Result<Ascii<32>, ZincError> {
    let clean = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let fits = (1..=24).contains(&name.len()) && name.bytes().all(clean);
    let text = Ascii::new(name).filter(|_| fits);
    text.ok_or_else(|| ZincError::BadInstance {
        name: name.to_owned(),
    })
}

pub(crate) fn spec_of(
    layout: &'static Layout,
    writer: u32,
) -> Result<&'static SegmentSpec, ZincError> {
    let found = layout
        .segments
        .iter()
        .find(|segment| segment.writer == writer);
    found.ok_or(ZincError::UnknownWriter { writer })
}

/// Opens the object and checks kind, owner, mode and size before a byte of it is believed.
pub(crate) fn open_checked(path: &Path, write: bool, trust: Trust) -> Result<(File, u64), Refusal> {
    let flags = libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NONBLOCK;
    let opened = OpenOptions::new()
        .read(true)
        .write(write)
        .custom_flags(flags)
        .open(path);
    let file = opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Refusal::Missing,
        _ if error.raw_os_error() == Some(libc::ELOOP) => Refusal::NotAFile,
        _ => Refusal::Unreadable(error),
    })?;
    let facts = file.metadata().map_err(Refusal::Unreadable)?;
    if !facts.is_file() {
        return Err(Refusal::NotAFile);
    }
    let mode = facts.mode() & 0o7777;
    if trust == Trust::Object {
        let shared_group = mode & 0o040 != 0 && in_group(facts.gid());
        if facts.uid() != effective_uid() && facts.uid() != 0 && !shared_group {
            return Err(Refusal::ForeignOwner { uid: facts.uid() });
        }
        if mode & !MODE_MAX != 0 {
            return Err(Refusal::OpenMode { mode });
        }
    }
    if facts.size() < HEADER_SIZE as u64 {
        return Err(Refusal::TooSmall { size: facts.size() });
    }
    Ok((file, facts.size()))
}

/// Whether owner and mode are to be checked: yes for live objects, no for files saved from them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    Object,
    SavedFile,
}

impl Segment {
    /// Attaches the segment that `writer` writes in that instance.
    pub fn attach(layout: &'static Layout, instance: &str, writer: u32) -> Result<Self, ZincError> {
        check_instance(instance)?;
        let spec = spec_of(layout, writer)?;
        let object = object_name(instance, spec.name);
        Self::open(layout, spec, &object_path(&object), Some(instance))
            .map_err(|refusal| ZincError::Attach { object, refusal })
    }

    /// Attaches a copy of the segment of `writer` that was saved to a file.
    pub fn attach_file(
        layout: &'static Layout,
        path: &Path,
        writer: u32,
    ) -> Result<Self, ZincError> {
        let spec = spec_of(layout, writer)?;
        Self::open(layout, spec, path, None).map_err(|refusal| ZincError::Attach {
            object: path.display().to_string(),
            refusal,
        })
    }

    fn open(
        layout: &'static Layout,
        spec: &'static SegmentSpec,
        path: &Path,
        instance: Option<&str>,
    ) -> Result<Self, Refusal> {
        let trust = if instance.is_some() {
            Trust::Object
        } else {
            Trust::SavedFile
        };
        let (file, size) = open_checked(path, false, trust)?;
        let page = Map::read_only(&file, HEADER_SIZE).map_err(Refusal::Unreadable)?;
        let header = header::read_identity(&page)?;
        header::check_identity(&header, layout, spec, instance, size)?;
        let map = Map::read_only(&file, spec.size).map_err(Refusal::Unreadable)?;
        Ok(Self {
            map: Arc::new(map),
            spec,
            file,
        })
    }

    /// Code of the writer.
    pub fn writer(&self) -> u32 {
        self.spec.writer
    }

    /// The header page as it is now.
    pub fn header(&self) -> Result<Header, ZincError> {
        header::read(&self.map).map_err(|refusal| ZincError::Attach {
            object: self.spec.name.to_owned(),
            refusal,
        })
    }

    /// Whether the object lost its name: taken down, or replaced by a later tree.
    pub fn is_replaced(&self) -> bool {
        self.file
            .metadata()
            .map_or(true, |facts| facts.nlink() == 0)
    }

    /// Copies one consistent record of a cell and returns its generation.
    pub fn read(&self, region: &Region, index: usize, record: &mut [u8]) -> Result<u64, ZincError> {
        read_cell(&self.map, self.spec, region, index, record)
    }

    /// How often the cell was written since the segment was created.
    pub fn generation(&self, region: &Region, index: usize) -> Result<u64, ZincError> {
        Ok(cell(&self.map, self.spec, region, index, region.record_size)?.generation())
    }

    /// Position the ring's next record will have, and the identity of its content.
    pub fn tail(&self, region: &Region) -> Result<(u64, u64), ZincError> {
        check_ring(self.spec, region)?;
        let ring = ring(&self.map, region);
        Ok((ring.tail(), ring.stream_id()))
    }

    /// Stream, released position and lost records of this segment's consumer of that ring.
    pub fn cursor(&self, region: &Region) -> Result<(u64, u64, u64), ZincError> {
        let line = Line(
            self.map
                .part(cursor_offset(self.spec, region)?, shm_layout::LINE_SIZE),
        );
        let stream = line.stream_id();
        Ok((stream, line.position(stream).unwrap_or(0), line.lost()))
    }

    /// A reader that starts at the tail, keeps no cursor, and for which nobody waits.
    pub fn follow(&self, region: &'static Region) -> Result<Consumer, ZincError> {
        check_ring(self.spec, region)?;
        Ok(Consumer::following(Arc::clone(&self.map), region))
    }
}

pub(crate) fn check_ring(spec: &SegmentSpec, region: &Region) -> Result<(), ZincError> {
    let ring = matches!(region.shape, Shape::Lossless | Shape::Broadcast);
    if ring && region.writer == spec.writer {
        return Ok(());
    }
    Err(ZincError::WrongRegion {
        region: region.name,
        need: "a ring of that segment",
    })
}

pub(crate) fn ring<'a>(map: &'a Map, region: &Region) -> Ring<'a> {
    let size = shm_layout::LINE_SIZE + region.stride * region.count;
    let words = map.part(region.offset, size);
    Ring::new(
        words,
        region.stride / 8,
        region.record_size / 8,
        region.count as u64,
    )
}

pub(crate) fn cursor_offset(spec: &SegmentSpec, region: &Region) -> Result<usize, ZincError> {
    let found = spec.cursors.iter().find(|cursor| cursor.ring == region.id);
    let need = "the layout names this segment among its consumers";
    found
        .map(|cursor| cursor.offset)
        .ok_or(ZincError::WrongRegion {
            region: region.name,
            need,
        })
}

pub(crate) fn cell<'a>(
    map: &'a Map,
    spec: &SegmentSpec,
    region: &Region,
    index: usize,
    size: usize,
) -> Result<Cell<'a>, ZincError> {
    if region.shape != Shape::Cells || region.writer != spec.writer {
        return Err(ZincError::WrongRegion {
            region: region.name,
            need: "cells of that segment",
        });
    }
    if index >= region.count || size != region.record_size {
        return Err(ZincError::BadSize {
            region: region.name,
            size,
            index,
        });
    }
    let offset = region.offset + index * region.stride;
    Ok(Cell::new(
        map.part(offset, 8 + 2 * region.record_size),
        region.record_size / 8,
    ))
}

pub(crate) fn read_cell(
    map: &Map,
    spec: &SegmentSpec,
    region: &Region,
    index: usize,
    record: &mut [u8],
) -> Result<u64, ZincError> {
    let found = cell(map, spec, region, index, record.len())?;
    found.read(record).ok_or(ZincError::CellBusy {
        region: region.name,
        index,
    })
}
