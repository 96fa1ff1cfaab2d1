//! Takes rights away; every step that fails is the reason not to start.

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, LandlockStatus,
    NetPort, PathBeneath, PathFd, Ruleset, RulesetAttr as _, RulesetCreated,
    RulesetCreatedAttr as _, Scope,
};
use rustix::process::{Pid, Resource, Rlimit, Signal};

use crate::spec::Spec;

/// No core file, which could hold keys, and a bounded number of descriptors.
pub(crate) fn limits(spec: &Spec) -> Result<(), String> {
    set(Resource::Core, 0)?;
    spec.nofile
        .map_or(Ok(()), |count| set(Resource::Nofile, count))
}

fn set(resource: Resource, most: u64) -> Result<(), String> {
    let limit = Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    rustix::process::setrlimit(resource, limit)
        .map_err(|error| format!("cannot set {resource:?} to {most}: {error}"))
}

/// Ties the life of the program to the supervisor's.
pub(crate) fn parent(spec: &Spec) -> Result<(), String> {
    let Some(parent) = spec.parent else {
        return Ok(());
    };
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| format!("cannot ask for the parent's death: {error}"))?;
    // It may have died before the line above, and then no signal comes.
    let now = rustix::process::getppid().map(Pid::as_raw_nonzero);
    if now.is_some_and(|pid| u32::try_from(pid.get()) == Ok(parent)) {
        return Ok(());
    }
    Err(format!("the supervisor {parent} is gone"))
}

/// No new privileges, then Landlock; returns what is in force, in the supervisor's words.
pub(crate) fn landlock(spec: &Spec) -> Result<String, String> {
    rustix::thread::set_no_new_privs(true)
        .map_err(|error| format!("cannot give up new privileges: {error}"))?;
    if !spec.landlock {
        return Ok("off".to_owned());
    }
    let status = rules(spec)
        .and_then(|ruleset| ruleset.restrict_self().map_err(|error| error.to_string()))
        .map_err(|error| {
            format!(
                "Landlock cannot be applied: {error}; it needs Linux 6.7 with Landlock enabled, \
                 or supervisor.sandbox = \"off\" in the configuration"
            )
        })?;
    match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => Ok(format!("landlock {effective_abi}")),
        other => Err(format!("Landlock is not in force: {other:?}")),
    }
}

fn rules(spec: &Spec) -> Result<RulesetCreated, String> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V3))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(ABI::V4)))
        // Signals and abstract sockets are fenced where the kernel can (6.12 on).
        .map(|rules| rules.set_compatibility(CompatLevel::BestEffort))
        .and_then(|rules| rules.scope(Scope::from_all(ABI::V6)))
        .map(|rules| rules.set_compatibility(CompatLevel::HardRequirement))
        .and_then(Ruleset::create)
        .map_err(|error| error.to_string())?;
    let in_place = AccessFs::ReadFile | AccessFs::WriteFile;
    for path in &spec.read {
        ruleset = beneath(ruleset, path, AccessFs::from_read(ABI::V3))?;
    }
    for path in &spec.list {
        ruleset = beneath(ruleset, path, AccessFs::ReadDir.into())?;
    }
    for path in &spec.write_file {
        ruleset = beneath(ruleset, path, in_place)?;
    }
    for path in &spec.write_dir {
        ruleset = beneath(ruleset, path, AccessFs::from_all(ABI::V3))?;
    }
    for (ports, access) in [
        (&spec.bind, AccessNet::BindTcp),
        (&spec.connect, AccessNet::ConnectTcp),
    ] {
        for port in ports {
            ruleset = ruleset
                .add_rule(NetPort::new(*port, access))
                .map_err(|error| format!("port {port}: {error}"))?;
        }
    }
    Ok(ruleset)
}

fn beneath(
    ruleset: RulesetCreated,
    path: &str,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, String> {
    let inside = |error: &dyn std::fmt::Display| format!("{path}: {error}");
    let is_dir = std::fs::metadata(path)
        .map_err(|error| inside(&error))?
        .is_dir();
    // Rights about directory entries are refused on a file.
    let access = if is_dir {
        access
    } else {
        access & AccessFs::from_file(ABI::V3)
    };
    let file = PathFd::new(path).map_err(|error| inside(&error))?;
    ruleset
        .add_rule(PathBeneath::new(file, access))
        .map_err(|error| inside(&error))
}
