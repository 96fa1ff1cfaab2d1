//! From a dead start to READY: recover, say who took over, issue again what nobody answered.

use std::collections::hash_map::RandomState;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use pink_journal::disk::{Disk, FileDisk};
use pink_journal::durability::{self, Durability};
use pink_journal::entry::Batch;
use pink_journal::machine::{Machine, build_hash, shape};
use pink_journal::opening::open;
use pink_journal::record::Record;
use pink_journal::recovery::Recovered;
use pink_journal::writer::{SPARES_MAX, Terms};
use shm_layout::{ActorState, Ascii, Epoch, JournalCell, LAYOUT, Writer};
use zinc::OwnSegment;

use crate::board::{Board, LoopFigures};
use crate::chores::Chores;
use crate::commands::Commands;
use crate::failure::Failure;
use crate::latch::Latch;
use crate::log::Log;
use crate::marks::Marks;
use crate::options::Options;
use crate::peers::Peers;
use crate::shell::{Shell, wall_ns};
use crate::workshop::Workshop;

/// Longest wait for the first segment and for the first record to be durable.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// Opens everything and recovers; the loop can begin.
pub fn start(options: Options) -> Result<Shell, Failure> {
    let log = Log::default();
    let kernel = u32::from(Writer::Kernel.code());
    let mut own = OwnSegment::open(&LAYOUT, &options.instance, kernel, &options.run_dir)?;
    let started_mono_ns = zinc::mono_ns();
    own.beat(0);
    let recovered = match open_journal(&options, log) {
        Ok(recovered) => recovered,
        Err(failure) => {
            own.set_state(u64::from(ActorState::Failed.code()));
            return Err(failure);
        }
    };
    let (disk, machine, journal) = recovered;
    let replay_ns = zinc::mono_ns() - started_mono_ns;
    let written_seq = machine.next_seq() - 1;
    tell(log, written_seq, replay_ns, &journal);
    let terms = journal.writer.terms();
    let cell = JournalCell {
        journal_id: terms.journal_id,
        replayed: journal.records,
        replay_ns,
        build_hash: build_hash(),
        free_bytes: disk.free_bytes().unwrap_or(0),
        ..JournalCell::ZERO
    };
    let durability = Arc::new(Durability::new(written_seq));
    let no_thread = |error| Failure::Temporary(format!("cannot start a thread: {error}"));
    let mut shell = Shell {
        log,
        peers: Peers::new(&options.instance),
        batch: Batch::new(terms.segment_bytes),
        board: Board::new(&mut own)?,
        commands: Commands::default(),
        marks: Marks::new(),
        latch: Latch::new(&options.run_dir),
        sync_thread: durability::start(&durability).map_err(no_thread)?,
        workshop: Workshop::start(disk, terms.segment_bytes).map_err(no_thread)?,
        journal: cell,
        figures: LoopFigures::default(),
        chores: Chores::default(),
        machine,
        writer: journal.writer,
        durability,
        own,
        options,
    };
    let taken_over = shell.take_over();
    if let Err(failure) = taken_over {
        shell.show_failure(&failure);
        return Err(failure);
    }
    Ok(shell)
}

/// Says what recovery found.
fn tell(log: Log, written_seq: u64, replay_ns: u64, journal: &Recovered<FileDisk>) {
    let text = format!(
        "{} records replayed in {} ms",
        journal.records,
        replay_ns / 1_000_000
    );
    log.info("recovered", written_seq, &text);
    for torn in &journal.torn {
        let text = format!(
            "segment {} from {}: {} bytes kept as {} ({})",
            torn.segment, torn.offset, torn.bytes, torn.kept_as, torn.why
        );
        log.warning("torn-tail", written_seq, &text);
    }
}

/// Snapshot and replay.
fn open_journal(
    options: &Options,
    log: Log,
) -> Result<(FileDisk, Machine, Recovered<FileDisk>), Failure> {
    let directory = &options.journal_dir;
    let unusable = |error: std::io::Error| {
        let directory = directory.display();
        Failure::Unusable(format!(
            "{directory}: {error}: does it exist, and may I write there?"
        ))
    };
    fs::create_dir_all(directory).map_err(unusable)?;
    let probe = directory.join("writable.tmp");
    File::create(&probe)
        .and_then(|_| fs::remove_file(&probe))
        .map_err(unusable)?;
    let disk = FileDisk::writable(directory);
    let terms = Terms {
        journal_id: random(),
        segment_bytes: options.segment_bytes,
        shape: shape(),
    };
    let opened = open(&disk, terms, Machine::new(build_hash()), wall_ns())?;
    for seq in opened.refused {
        log.warning("snapshot-refused", seq, "damaged");
    }
    Ok((disk, opened.machine, opened.journal))
}

/// A random number from the process's hash keys, which the operating system seeds.
fn random() -> u64 {
    RandomState::new().build_hasher().finish().max(1)
}

/// Changes when the machine restarts.
fn boot_hash() -> u64 {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    boot.trim().bytes().fold(0xCBF2_9CE4_8422_2325, step)
}

impl Shell {
    /// Journals the new epoch, makes it durable, shows everything and issues commands again.
    fn take_over(&mut self) -> Result<(), Failure> {
        self.attach_peers()?;
        self.look_at_latch();
        self.wait_for_segments()?;
        let epoch = self.epoch()?;
        self.log.incarnation = epoch.incarnation;
        self.journal.incarnation = epoch.incarnation;
        self.take_own(Writer::Kernel, &Record::Epoch(epoch))?;
        self.board.note_all(&self.machine);
        if !self.flush()? {
            return Err(Failure::Temporary(
                "the first record found no segment".to_owned(),
            ));
        }
        let seq = self.machine.next_seq() - 1;
        if !self.durability.wait_for(seq, START_TIMEOUT) {
            let failure = self.durability.failure();
            return Err(failure.map_or_else(
                || Failure::Temporary("the first record did not become durable".to_owned()),
                Failure::Permanent,
            ));
        }
        self.issue_again(seq);
        self.own.set_state(u64::from(ActorState::Ready.code()));
        self.log.info("ready", seq, "the kernel took over");
        Ok(())
    }

    /// Segments ahead before the first record, unless the disk refuses them.
    fn wait_for_segments(&mut self) -> Result<(), Failure> {
        let until = zinc::mono_ns() + u64::try_from(START_TIMEOUT.as_nanos()).unwrap_or(0);
        let wanted =
            |shell: &Self| shell.writer.spares() < SPARES_MAX && !shell.chores.is_spare_refused();
        while wanted(self) && zinc::mono_ns() < until {
            self.look_after(zinc::mono_ns())?;
            self.own.beat(0);
            let done = self
                .workshop
                .wait(Duration::from_millis(20))
                .map_err(Failure::Permanent)?;
            if let Some(done) = done {
                self.take_finished(done)?;
            }
        }
        Ok(())
    }

    fn epoch(&self) -> Result<Epoch, Failure> {
        let instance = Ascii::new(&self.options.instance);
        let too_long = || Failure::Unusable("the instance name is too long".to_owned());
        Ok(Epoch {
            incarnation: self.machine.kernel.epoch().incarnation + 1,
            journal_id: self.writer.terms().journal_id,
            boot_hash: boot_hash(),
            build_hash: build_hash(),
            instance: instance.ok_or_else(too_long)?,
            intents_stream: self.peers.stream(Writer::Policy),
            gateway_stream: self.peers.stream(Writer::Gateway),
            listener_stream: self.peers.stream(Writer::Listener),
            controls_stream: self.peers.stream(Writer::Supervisor),
            ..Epoch::ZERO
        })
    }

    /// Commands without their last report go out again under their old number, to be looked up
    /// at the venue first; those that the epoch itself caused are on their way already.
    fn issue_again(&mut self, epoch_seq: u64) {
        let mut commands = self.machine.kernel.unreported();
        commands.retain(|command| command.command_seq / 8 < epoch_seq);
        self.commands.outbox.stage(&commands);
        self.commands.outbox.commit();
        if !commands.is_empty() {
            let text = format!("{} commands without their last report", commands.len());
            self.log.info("reissue", epoch_seq, &text);
        }
    }
}
