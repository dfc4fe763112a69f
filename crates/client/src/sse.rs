//! Reading an event stream (WHATWG HTML, "Server-sent events"). Pure: bytes in, messages out.

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `id`, the place of the line that it carries.
    pub id: Option<String>,
    /// `event`.
    pub event: String,
    /// `data`, its lines joined.
    pub data: String,
}

/// A stream that can't be read on: a message larger than any that the service sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message of the live stream is longer than {MAX_BYTES} bytes; connect again")]
pub struct TooLong;

/// No message is longer.
pub const MAX_BYTES: usize = 1 << 20;

/// Takes a stream apart, however its bytes are cut into chunks.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    after_cr: bool,
    id: Option<String>,
    event: String,
    data: Option<String>,
    held: usize,
}

impl Parser {
    /// Takes the next bytes and gives the messages that they complete.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Message>, TooLong> {
        let mut out = Vec::new();
        for &byte in bytes {
            let after_cr = std::mem::take(&mut self.after_cr);
            match byte {
                b'\n' if after_cr => {}
                b'\n' | b'\r' => {
                    self.after_cr = byte == b'\r';
                    let line = std::mem::take(&mut self.line);
                    out.extend(self.take_line(&String::from_utf8_lossy(&line)));
                }
                _ => {
                    self.line.push(byte);
                    self.held += 1;
                    if self.held > MAX_BYTES {
                        return Err(TooLong);
                    }
                }
            }
        }
        Ok(out)
    }

    fn take_line(&mut self, line: &str) -> Option<Message> {
        if line.is_empty() {
            self.held = 0;
            let (id, event) = (self.id.take(), std::mem::take(&mut self.event));
            return self.data.take().map(|data| Message { id, event, data });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => self.id = Some(value.into()),
            "event" => self.event = value.into(),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.into()),
            },
            // A comment, which only keeps the connection alive, or a field that we have no use for.
            _ => self.held = if self.data.is_none() { 0 } else { self.held },
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = ": hello\n\nid: 7\nevent: event\ndata: {\"a\":\ndata: 1}\n\r\nid:8\r\nevent:event\r\ndata:grün\r\n\r\n: keep\n\nretry: 5\n\ndata\n\n";

    fn expected() -> Vec<Message> {
        let m = |id: Option<&str>, event: &str, data: &str| Message { id: id.map(Into::into), event: event.into(), data: data.into() };
        vec![m(Some("7"), "event", "{\"a\":\n1}"), m(Some("8"), "event", "grün"), m(None, "", "")]
    }

    #[test]
    fn a_stream_reads_the_same_however_it_is_cut() {
        for size in 1..=STREAM.len() {
            let mut parser = Parser::default();
            let got: Vec<_> = STREAM.as_bytes().chunks(size).flat_map(|c| parser.push(c).unwrap()).collect();
            assert_eq!(got, expected(), "in chunks of {size}");
        }
    }

    #[test]
    fn an_unfinished_message_is_not_given() {
        let mut parser = Parser::default();
        assert_eq!(parser.push(b"id: 9\ndata: x\n"), Ok(vec![]));
        assert_eq!(parser.push(b"\n").map(|m| m.len()), Ok(1));
    }

    #[test]
    fn a_message_without_end_is_refused_and_keep_alives_without_end_are_not() {
        let mut parser = Parser::default();
        for _ in 0..(MAX_BYTES / 8) {
            assert_eq!(parser.push(b": keep alive\n\n"), Ok(vec![]));
        }
        assert_eq!(parser.push(&vec![b'x'; MAX_BYTES + 1]), Err(TooLong));
    }
}
