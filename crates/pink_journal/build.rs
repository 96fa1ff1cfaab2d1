//! Names the build by what `apply` is made of: the sources of the kernel and of its records.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const FNV_OFFSET: u64 = 0xCBF2_9CE4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01B3;

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = vec![
        here.join("../../shm_layout/lib.rs"),
        here.join("src/machine.rs"),
    ];
    collect(&here.join("../pink_kernel/src"), &mut files)?;
    files.sort();
    let mut hash = FNV_OFFSET;
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        for byte in fs::read(file)? {
            hash = (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
        }
    }
    println!(
        "cargo::rerun-if-changed={}",
        here.join("../pink_kernel/src").display()
    );
    println!("cargo::rustc-env=PINK_BUILD_HASH={hash}");
    Ok(())
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    Ok(())
}
