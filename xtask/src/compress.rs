//! Compressed copies of the console's files, so that the server never compresses at run time.

use std::fs::{self, File};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::thread;

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::failure::{Failure, Outcome};

/// What these kinds of file hold is compressed already.
const COMPRESSED: [&str; 6] = ["br", "gz", "png", "jpg", "webp", "woff2"];
const BROTLI_QUALITY: i32 = 11;
const GZIP_LEVEL: u32 = 9;

/// Writes `.br` and `.gz` beside every file under `folder` that gains from it.
///
/// # Errors
/// When a file cannot be read or written.
pub(crate) fn compress_folder(folder: &Path) -> Outcome {
    let files: Vec<PathBuf> = files_under(folder)?
        .into_iter()
        .filter(|file| !file.extension().is_some_and(is_compressed))
        .collect();
    thread::scope(|scope| {
        let workers: Vec<_> = files
            .iter()
            .map(|file| scope.spawn(move || compress(file)))
            .collect();
        for (worker, file) in workers.into_iter().zip(&files) {
            let written = worker
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("panicked")));
            written.map_err(Failure::file("compress", file))?;
        }
        Ok(())
    })
}

/// Every file under `folder`, in a fixed order; hidden ones and links are left out.
///
/// # Errors
/// When a folder cannot be read.
pub(crate) fn files_under(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(Failure::file("read", &folder))? {
            let entry = entry.map_err(Failure::file("read", &folder))?;
            let kind = entry.file_type().map_err(Failure::file("read", &folder))?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn is_compressed(extension: &std::ffi::OsStr) -> bool {
    COMPRESSED.iter().any(|known| extension == *known)
}

fn compress(file: &Path) -> io::Result<()> {
    let mut brotli = File::create(with_suffix(file, ".br"))?;
    let size = fs::metadata(file)?.len();
    let params = BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        size_hint: usize::try_from(size).unwrap_or(usize::MAX),
        ..BrotliEncoderParams::default()
    };
    brotli::BrotliCompress(&mut BufReader::new(File::open(file)?), &mut brotli, &params)?;

    let target = File::create(with_suffix(file, ".gz"))?;
    let mut gzip = GzEncoder::new(target, Compression::new(GZIP_LEVEL));
    gzip.write_all(&fs::read(file)?)?;
    gzip.finish()?;
    Ok(())
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_copy_of_each_kind_unpacks_to_the_original() {
        let folder = Scratch::create("compress-test").expect("writable");
        let text = "function rollcall() {}\n".repeat(500);
        fs::create_dir(folder.path().join("snippets")).expect("writable");
        fs::write(folder.path().join("snippets/a.js"), &text).expect("writable");
        fs::write(folder.path().join("b.png"), "not touched").expect("writable");

        compress_folder(folder.path()).expect("compresses");

        let packed = fs::read(folder.path().join("snippets/a.js.br")).expect("written");
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut packed.as_slice(), &mut unpacked).expect("valid brotli");
        assert_eq!(unpacked, text.as_bytes());

        let packed = fs::read(folder.path().join("snippets/a.js.gz")).expect("written");
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(packed.as_slice())
            .read_to_string(&mut unpacked)
            .expect("valid gzip");
        assert_eq!(unpacked, text);
        assert!(!folder.path().join("b.png.br").exists());
    }
}
