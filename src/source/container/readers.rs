//! Readers: what stands between one layer of a container and the next, to count, to keep limits and to name failures.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};

use super::super::{Class, plain};
use super::HEAD;
use super::budget::{Budget, Fault};

/// A reader that counts what it gives.
#[derive(Debug)]
pub struct Counted<'c, R> {
    inner: R,
    count: &'c Cell<u64>,
}

impl<'c, R> Counted<'c, R> {
    pub fn new(inner: R, count: &'c Cell<u64>) -> Self {
        Counted { inner, count }
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        self.count.set(self.count.get().saturating_add(read as u64));
        Ok(read)
    }
}

/// The outermost file: what is read of it is what has been packed.
#[derive(Debug)]
pub struct Outermost<'b, R>(pub R, pub &'b Budget);

impl<R: Read> Read for Outermost<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buf)?;
        self.1.read(read as u64);
        Ok(read)
    }
}

/// A decompressor: holds what it gives against what it took and against the budget, and names its failures.
#[derive(Debug)]
pub struct Metered<'b, R> {
    inner: R,
    what: &'static str,
    taken: &'b Cell<u64>,
    given: u64,
    budget: &'b Budget,
}

impl<'b, R> Metered<'b, R> {
    /// `taken` is what the decompressor `inner` of the format `what` has read so far.
    pub fn new(inner: R, what: &'static str, taken: &'b Cell<u64>, budget: &'b Budget) -> Self {
        Metered { inner, what, taken, given: 0, budget }
    }

    pub fn inner(&mut self) -> &mut R {
        &mut self.inner
    }

    fn account(&mut self, read: usize) -> Result<(), Fault> {
        self.given = self.given.saturating_add(read as u64);
        if self.budget.too_many(self.given, self.taken.get()) {
            let ratio = self.budget.limits().ratio;
            let message =
                format!("expected at most {ratio} bytes unpacked for each byte packed, found more; not read further");
            return Err(Fault::new(Class::Limit, message));
        }
        self.budget.unpacked(read)
    }
}

/// What a decompressor says of its data, as a fault that says what it was.
pub fn named(error: io::Error, what: &str) -> io::Error {
    match error.kind() {
        // The system's own errors have a number; what a decompressor says has none.
        _ if Fault::of(&error).is_some() || error.raw_os_error().is_some() => error,
        ErrorKind::UnexpectedEof => Fault::packed(format!("{what} data cut off: what follows is missing")).into(),
        _ => {
            let why = plain(&error);
            Fault::packed(format!("{what} data damaged ({why}): what follows is missing")).into()
        }
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buf) {
            Err(error) if error.kind() == ErrorKind::Interrupted => Err(error),
            Err(error) => Err(named(error, self.what)),
            Ok(read) => self.account(read).map(|()| read).map_err(io::Error::from),
        }
    }
}

/// A reader that should give exactly so many bytes.
#[derive(Debug)]
pub struct Exact<R> {
    inner: R,
    size: u64,
    left: u64,
    failed: bool,
}

impl<R> Exact<R> {
    pub fn new(inner: R, size: u64) -> Self {
        Exact { inner, size, left: size, failed: false }
    }

    /// Whether what it reads from is at its end or broken.
    pub fn failed(&self) -> bool {
        self.failed
    }

    pub fn left(&self) -> u64 {
        self.left
    }
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let most = buf.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        let read = self.inner.read(buf.get_mut(..most).unwrap_or_default());
        self.failed |= read.as_ref().map_or_else(|e| e.kind() != ErrorKind::Interrupted, |read| *read == 0);
        match read? {
            0 => {
                let (size, found) = (self.size, self.size - self.left);
                let message = format!("cut off: expected {size} bytes, found {found}; what follows is missing");
                Err(Fault::damaged(message).into())
            }
            read => {
                self.left -= read as u64;
                Ok(read)
            }
        }
    }
}

/// A reader of which the first bytes have been looked at.
#[derive(Debug)]
pub struct Begun<R> {
    head: Vec<u8>,
    given: usize,
    /// What was met after the first bytes; it is met again there.
    error: Option<io::Error>,
    rest: R,
}

impl<R: Read> Begun<R> {
    pub fn new(mut rest: R) -> Self {
        let mut head = Vec::new();
        let error = (&mut rest).take(HEAD as u64).read_to_end(&mut head).err();
        Begun { head, given: 0, error, rest }
    }

    /// The first [`HEAD`] bytes, or all there are.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    pub fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }
}

impl<R: Read> Read for Begun<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut head = self.head.get(self.given..).unwrap_or_default();
        if !head.is_empty() {
            let read = head.read(buf)?;
            self.given += read;
            return Ok(read);
        }
        match self.error.take() {
            Some(error) => Err(error),
            None => self.rest.read(buf),
        }
    }
}
