//! Where a result goes: standard output, or a file that is there whole or not at all.
//!
//! *Invariant:* a file is written beside its place and renamed when it is done, so what was there before, which may be
//! the scenario itself, stays until then, and stays if the run comes to nothing.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::Trouble;

/// Where the result goes.
pub(super) enum Output<'a> {
    Standard(BufWriter<io::StdoutLock<'static>>),
    /// What is no plain file (a pipe, a device) is written to as it stands.
    Direct(BufWriter<File>, &'a Path),
    File(Draft<'a>),
}

/// A file that is not yet at its place.
pub(super) struct Draft<'a> {
    out: Option<BufWriter<File>>,
    beside: PathBuf,
    place: PathBuf,
    /// The place as it was given.
    given: &'a Path,
}

impl<'a> Output<'a> {
    pub(super) fn open(path: Option<&'a Path>) -> Result<Self, Trouble> {
        let Some(path) = path else {
            return Ok(Output::Standard(BufWriter::new(io::stdout().lock())));
        };
        let opened = match fs::metadata(path) {
            Ok(there) if !there.is_file() => File::create(path).map(|file| Output::Direct(BufWriter::new(file), path)),
            _ => Draft::open(path).map(Output::File),
        };
        opened.map_err(|error| unwritable(path, &error))
    }

    /// Puts what was written to its place, or says why nothing was.
    pub(super) fn finish(mut self, written: io::Result<()>) -> Result<(), Trouble> {
        let done = written.and_then(|()| self.flush()).and_then(|()| match &mut self {
            Output::Standard(_) | Output::Direct(..) => Ok(()),
            Output::File(draft) => draft.put(),
        });
        done.map_err(|error| match &self {
            Output::Standard(_) => Trouble::output(&error),
            Output::Direct(_, path) | Output::File(Draft { given: path, .. }) => unwritable(path, &error),
        })
    }
}

impl<'a> Draft<'a> {
    fn open(given: &'a Path) -> io::Result<Self> {
        // A link stays a link: what it points to is replaced.
        let place = fs::canonicalize(given).unwrap_or_else(|_| given.to_owned());
        if let Ok(there) = fs::metadata(&place)
            && there.permissions().readonly()
        {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let name = place.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
        let beside = place.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let file = File::create_new(&beside)?;
        Ok(Draft { out: Some(BufWriter::new(file)), beside, place, given })
    }

    fn put(&mut self) -> io::Result<()> {
        drop(self.out.take());
        if let Ok(there) = fs::metadata(&self.place) {
            fs::set_permissions(&self.beside, there.permissions())?;
        }
        fs::rename(&self.beside, &self.place)
    }
}

impl Drop for Draft<'_> {
    /// What was not put to its place is of no use.
    fn drop(&mut self) {
        drop(self.out.take());
        let _ = fs::remove_file(&self.beside);
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Trouble {
    Trouble::Input(format!("{} could not be written: {error}", path.display()))
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Standard(out) => out.write(bytes),
            Output::Direct(file, _) => file.write(bytes),
            Output::File(Draft { out: Some(out), .. }) => out.write(bytes),
            Output::File(Draft { out: None, .. }) => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Standard(out) => out.flush(),
            Output::Direct(file, _) => file.flush(),
            Output::File(Draft { out, .. }) => out.as_mut().map_or(Ok(()), Write::flush),
        }
    }
}
