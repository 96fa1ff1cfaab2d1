//! What a child may do, as the supervisor writes it on the command line.

/// Everything one child keeps; what is not named is taken away.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Spec {
    /// Die with this process; none for the paper venue, which outlives its supervisor.
    pub(crate) parent: Option<u32>,
    pub(crate) nofile: Option<u64>,
    /// Whether Landlock is applied; `--no-landlock` is an explicit word of the configuration.
    pub(crate) landlock: bool,
    /// Whether standard input is the pipe on which the supervisor waits for the result.
    pub(crate) report: bool,
    /// Read and execute everything below.
    pub(crate) read: Vec<String>,
    /// List directories below, without reading what is in them.
    pub(crate) list: Vec<String>,
    /// Read and write one file that exists; neither truncate nor replace it.
    pub(crate) write_file: Vec<String>,
    /// Everything below a directory.
    pub(crate) write_dir: Vec<String>,
    pub(crate) bind: Vec<u16>,
    pub(crate) connect: Vec<u16>,
    pub(crate) program: String,
    pub(crate) arguments: Vec<String>,
}

/// One thing the witness tries, and whether it must work.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Try {
    pub(crate) act: Act,
    pub(crate) allowed: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Read(String),
    Write(String),
    Truncate(String),
    Create(String),
    Connect(u16),
    Bind(u16),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    Launch(Box<Spec>),
    Witness(Vec<Try>),
}

pub(crate) const USAGE: &str = "usage: pink-launcher [--parent PID] [--nofile N] [--report] \
    [--no-landlock] [--read PATH] [--list PATH] [--write-file PATH] [--write-dir PATH] \
    [--bind PORT] [--connect PORT] -- PROGRAM [ARGUMENT]... | pink-launcher sandbox-witness \
    [--{may,deny}-{read,write,truncate,create} PATH] [--{may,deny}-{connect,bind} PORT]";

pub(crate) fn parse(arguments: &[String]) -> Result<Parsed, String> {
    match arguments.split_first() {
        Some((first, rest)) if first == "sandbox-witness" => Ok(Parsed::Witness(tries(rest)?)),
        _ => Ok(Parsed::Launch(Box::new(spec(arguments)?))),
    }
}

fn spec(arguments: &[String]) -> Result<Spec, String> {
    let mut spec = Spec {
        landlock: true,
        ..Spec::default()
    };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            spec.program.clone_from(words.next().ok_or(USAGE)?);
            spec.arguments = words.cloned().collect();
            return Ok(spec);
        }
        match word.as_str() {
            "--no-landlock" => spec.landlock = false,
            "--report" => spec.report = true,
            _ => {
                let value = words
                    .next()
                    .ok_or_else(|| format!("{word} needs a value"))?;
                with_value(&mut spec, word, value)?;
            }
        }
    }
    Err(USAGE.to_owned())
}

fn with_value(spec: &mut Spec, word: &str, value: &str) -> Result<(), String> {
    match word {
        "--parent" => spec.parent = Some(number(word, value)?),
        "--nofile" => spec.nofile = Some(number(word, value)?),
        "--read" => spec.read.push(value.to_owned()),
        "--list" => spec.list.push(value.to_owned()),
        "--write-file" => spec.write_file.push(value.to_owned()),
        "--write-dir" => spec.write_dir.push(value.to_owned()),
        "--bind" => spec.bind.push(number(word, value)?),
        "--connect" => spec.connect.push(number(word, value)?),
        _ => {
            return Err(format!(
                "unknown word {word}; run it without any for its usage"
            ));
        }
    }
    Ok(())
}

fn tries(arguments: &[String]) -> Result<Vec<Try>, String> {
    arguments.chunks(2).map(one_try).collect()
}

fn one_try(pair: &[String]) -> Result<Try, String> {
    let [word, value] = pair else {
        return Err(USAGE.to_owned());
    };
    let path = || value.clone();
    let (allowed, what) = match word.strip_prefix("--may-") {
        Some(what) => (true, what),
        None => (false, word.strip_prefix("--deny-").ok_or(USAGE)?),
    };
    let act = match what {
        "read" => Act::Read(path()),
        "write" => Act::Write(path()),
        "truncate" => Act::Truncate(path()),
        "create" => Act::Create(path()),
        "connect" => Act::Connect(number(word, value)?),
        "bind" => Act::Bind(number(word, value)?),
        _ => {
            return Err(format!(
                "unknown word {word}; run it without any for its usage"
            ));
        }
    };
    Ok(Try { act, allowed })
}

fn number<T: std::str::FromStr>(word: &str, value: &str) -> Result<T, String> {
    value
        .parse()
        .map_err(|_| format!("{word} {value}: not a number in range"))
}

#[cfg(test)]
mod tests {
    use super::{Act, Parsed, Try, parse};

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn every_right_reaches_the_spec_and_the_rest_is_the_program() {
        let line = "--parent 7 --nofile 64 --report --read /a --write-file /b --write-dir /c \
                    --bind 1 --connect 2 -- prog --read /x";
        let Ok(Parsed::Launch(spec)) = parse(&words(line)) else {
            panic!("refused")
        };
        assert_eq!(
            (spec.parent, spec.nofile, spec.report),
            (Some(7), Some(64), true)
        );
        assert_eq!((spec.read, spec.write_file), (words("/a"), words("/b")));
        assert_eq!(
            (spec.write_dir, spec.bind, spec.connect),
            (words("/c"), vec![1], vec![2])
        );
        assert_eq!(
            (spec.program.as_str(), spec.arguments),
            ("prog", words("--read /x"))
        );
        assert!(spec.landlock);
    }

    #[test]
    fn a_line_that_is_not_understood_starts_nothing() {
        for line in [
            "",
            "--",
            "--read",
            "--read /a",
            "--frob 1 -- p",
            "--bind 70000 -- p",
        ] {
            assert!(parse(&words(line)).is_err(), "{line:?} was taken");
        }
    }

    #[test]
    fn a_witness_is_told_what_must_work_and_what_must_not() {
        let parsed = parse(&words("sandbox-witness --may-read /a --deny-connect 9"));
        let read = Try {
            act: Act::Read("/a".to_owned()),
            allowed: true,
        };
        let connect = Try {
            act: Act::Connect(9),
            allowed: false,
        };
        assert_eq!(parsed, Ok(Parsed::Witness(vec![read, connect])));
    }
}
