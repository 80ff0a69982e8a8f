//! Makes a template of a document, if it is strict JSON and plain.
//!
//! Plain: every string and key is ASCII without escapes, no key is `__proto__`, looks like an index or stands twice in its
//! object, nothing is nested deep, and the document is not long. Such a text is an expression of JavaScript too, and means
//! the same there.

use super::template::{Template, Value};
use super::token::{number, plain_string_end};

/// A longer document is not worth a template: it takes long to parse anyway.
const MAX_DOCUMENT_BYTES: usize = 8 * 1024;
const MAX_DEPTH: usize = 16;
/// Strings, numbers and booleans of a document.
pub(super) const MAX_VALUES: usize = 62;
/// Keys of one object.
const MAX_KEYS: usize = 128;

/// A template for documents like this one; `None` if it is not plain, or no JSON.
pub(super) fn template_of(document: &[u8]) -> Option<Template> {
    if document.len() > MAX_DOCUMENT_BYTES {
        return None;
    }
    let mut reader = Reader { document, at: 0, values: Vec::new() };
    reader.value(MAX_DEPTH)?;
    reader.skip_white_space();
    (reader.at == document.len()).then(|| Template::new(document, &reader.values))
}

struct Reader<'document> {
    document: &'document [u8],
    at: usize,
    /// Values found, from start to end.
    values: Vec<(Value, usize, usize)>,
}

impl<'document> Reader<'document> {
    fn skip_white_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.document.get(self.at) {
            self.at += 1;
        }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        self.skip_white_space();
        self.document.get(self.at).copied()
    }

    /// Goes past `text` if it comes next.
    fn take(&mut self, text: &[u8]) -> Option<()> {
        self.skip_white_space();
        self.document[self.at..].starts_with(text).then(|| self.at += text.len())
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.array(depth.checked_sub(1)?),
            b'"' => {
                let start = self.at + 1;
                let end = plain_string_end(self.document, start)?;
                self.found(Value::String, start, end)?;
                self.take(b"\"")
            }
            b'n' => self.take(b"null"),
            b't' => self.found(Value::Bool, self.at, self.at + 4).filter(|()| self.ends_with(b"true")),
            b'f' => self.found(Value::Bool, self.at, self.at + 5).filter(|()| self.ends_with(b"false")),
            _ => {
                let (_, end) = number(self.document, self.at)?;
                self.found(Value::Number, self.at, end)
            }
        }
    }

    fn found(&mut self, value: Value, start: usize, end: usize) -> Option<()> {
        self.values.push((value, start, end));
        self.at = end;
        (self.values.len() <= MAX_VALUES && end <= self.document.len()).then_some(())
    }

    fn ends_with(&self, text: &[u8]) -> bool {
        self.document[..self.at].ends_with(text)
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.take(b"{")?;
        if self.peek()? == b'}' {
            return self.take(b"}");
        }
        let mut keys = Vec::new();
        loop {
            let key = self.key()?;
            if keys.contains(&key) || keys.len() == MAX_KEYS {
                return None;
            }
            keys.push(key);
            self.take(b":")?;
            self.value(depth)?;
            match self.peek()? {
                b',' => self.take(b",")?,
                _ => return self.take(b"}"),
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<()> {
        self.take(b"[")?;
        if self.peek()? == b']' {
            return self.take(b"]");
        }
        loop {
            self.value(depth)?;
            match self.peek()? {
                b',' => self.take(b",")?,
                _ => return self.take(b"]"),
            }
        }
    }

    fn key(&mut self) -> Option<&'document [u8]> {
        self.take(b"\"")?;
        let end = plain_string_end(self.document, self.at)?;
        let key = &self.document[self.at..end];
        self.at = end + 1;
        let is_index_like = key.first().is_some_and(u8::is_ascii_digit);
        (!is_index_like && key != b"__proto__").then_some(key)
    }
}
