//! Strict reading of a JSON document, without making values of it.
//!
//! Invariants: what is accepted here is JSON (RFC 8259) in UTF-8, to the last byte; no nesting, however deep, uses the
//! machine's stack; every error has the byte at which the document stops to be one.
//!
//! Why not a crate: sonic-rs 0.5, which finds values by pointer and leaves the others alone, descends by recursion without a
//! limit, so that one hostile document ends the process; it stops reading at the last value it looks for, so that a torn
//! document passes; and its `get_many` loses values where a key occurs twice.

use super::invalid_json::InvalidJson;

/// The levels of arrays and objects that the stages read, if nothing else is said.
pub(crate) const MAX_DEPTH: usize = 128;

pub(super) type Scan<T> = Result<T, InvalidJson>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Array,
    Object,
}

/// A string, between its quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) has_escapes: bool,
}

/// Reads a document from its start to its end.
#[derive(Debug)]
pub(super) struct Scanner<'d, 's> {
    bytes: &'d [u8],
    pub(super) at: usize,
    /// The containers that are open and read by [`Scanner::skip`].
    open: &'s mut OpenContainers,
    /// Those that somebody else descended into.
    descended: usize,
    max_depth: usize,
}

/// Kept from document to document, so that reading does not allocate.
#[derive(Debug, Default)]
pub(super) struct OpenContainers(Vec<Container>);

impl<'d, 's> Scanner<'d, 's> {
    /// Refuses what is not UTF-8.
    pub(super) fn new(bytes: &'d [u8], max_depth: usize, open: &'s mut OpenContainers) -> Scan<Self> {
        if let Err(error) = std::str::from_utf8(bytes) {
            return Err(InvalidJson { at: error.valid_up_to(), what: "a byte that is not UTF-8" });
        }
        open.0.clear();
        let mut scanner = Self { bytes, at: 0, open, descended: 0, max_depth };
        scanner.skip_space();
        Ok(scanner)
    }

    pub(super) fn refuse<T>(&self, what: &'static str) -> Scan<T> {
        Err(InvalidJson { at: self.at, what })
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    pub(super) fn rest(&self) -> &'d [u8] {
        &self.bytes[self.at..]
    }

    #[inline]
    pub(super) fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Nothing but white space may follow.
    pub(super) fn finish(mut self) -> Scan<()> {
        self.skip_space();
        if self.at < self.bytes.len() { self.refuse("something behind the document") } else { Ok(()) }
    }

    /// Whether `[` or `{` may open one more level.
    #[inline]
    fn check_depth(&self) -> Scan<()> {
        if self.descended + self.open.0.len() < self.max_depth {
            Ok(())
        } else {
            self.refuse("more levels of nesting than are allowed")
        }
    }

    /// Goes into the container that begins here, up to what it contains. For those who read it themselves, by
    /// [`ascends`](Self::ascends) and [`goes_on`](Self::goes_on); [`skip`](Self::skip) does not need it.
    pub(super) fn descend(&mut self) -> Scan<()> {
        self.check_depth()?;
        self.descended += 1;
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    /// Goes out of the container if its `end` is here.
    #[inline]
    pub(super) fn ascends(&mut self, end: u8) -> bool {
        let ends = self.peek() == Some(end);
        if ends {
            self.at += 1;
            self.descended -= 1;
        }
        ends
    }

    /// Behind a value of a container: goes to the next one, or out of the container.
    #[inline]
    pub(super) fn goes_on(&mut self, end: u8) -> Scan<bool> {
        self.skip_space();
        if self.peek() == Some(b',') {
            self.at += 1;
            self.skip_space();
            return Ok(true);
        }
        if self.ascends(end) {
            return Ok(false);
        }
        self.refuse(if end == b'}' { "neither `,` nor `}`" } else { "neither `,` nor `]`" })
    }

    /// Goes behind the value that begins here.
    pub(super) fn skip(&mut self) -> Scan<()> {
        loop {
            match self.peek() {
                Some(b'{') => {
                    self.open(Container::Object)?;
                    if self.peek() != Some(b'}') {
                        self.key()?;
                        continue;
                    }
                    self.close();
                }
                Some(b'[') => {
                    self.open(Container::Array)?;
                    if self.peek() != Some(b']') {
                        continue;
                    }
                    self.close();
                }
                _ => self.skip_scalar()?,
            }
            if self.skip_ends()? {
                return Ok(());
            }
        }
    }

    #[inline]
    fn open(&mut self, container: Container) -> Scan<()> {
        self.check_depth()?;
        self.open.0.push(container);
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    #[inline]
    fn close(&mut self) {
        self.at += 1;
        self.open.0.pop();
    }

    /// Behind a value: closes what ends here. False if another value follows, which begins here.
    #[inline]
    fn skip_ends(&mut self) -> Scan<bool> {
        while let Some(container) = self.open.0.last().copied() {
            self.skip_space();
            match (self.peek(), container) {
                (Some(b','), Container::Object) => {
                    self.at += 1;
                    self.skip_space();
                    self.key()?;
                    return Ok(false);
                }
                (Some(b','), Container::Array) => {
                    self.at += 1;
                    self.skip_space();
                    return Ok(false);
                }
                (Some(b'}'), Container::Object) | (Some(b']'), Container::Array) => self.close(),
                (_, Container::Object) => return self.refuse("neither `,` nor `}`"),
                (_, Container::Array) => return self.refuse("neither `,` nor `]`"),
            }
        }
        Ok(true)
    }

    /// Reads a key and its colon, up to the value.
    #[inline]
    pub(super) fn key(&mut self) -> Scan<Text> {
        if self.peek() != Some(b'"') {
            return self.refuse("no key");
        }
        let key = self.string()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return self.refuse("no `:` behind a key");
        }
        self.at += 1;
        self.skip_space();
        Ok(key)
    }

    #[inline]
    fn skip_scalar(&mut self) -> Scan<()> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal(b"true"),
            Some(b'f') => self.literal(b"false"),
            Some(b'n') => self.literal(b"null"),
            _ => self.refuse("no value"),
        }
    }

    fn literal(&mut self, word: &'static [u8]) -> Scan<()> {
        if !self.rest().starts_with(word) {
            return self.refuse("no value");
        }
        self.at += word.len();
        Ok(())
    }
}
