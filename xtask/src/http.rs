//! A small HTTP/1.1 client on one keep-alive connection, for measurements: it adds as little as
//! possible to what the server does.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// No answer of a healthy server takes longer, a large Bulk among them.
const TIMEOUT: Duration = Duration::from_secs(60);

/// One open connection.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
    authorization: String,
}

/// What came back.
#[derive(Clone)]
pub(crate) struct Response {
    /// The status code.
    pub(crate) status: u16,
    /// The `Location` header.
    pub(crate) location: Option<String>,
    /// The body as text.
    pub(crate) body: String,
}

impl Connection {
    /// Connects and from then on sends `token` as a bearer token.
    ///
    /// # Errors
    /// When nobody listens there.
    pub(crate) fn open(address: SocketAddr, token: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        Ok(Self {
            stream: BufReader::new(stream),
            host: address.to_string(),
            authorization: format!("Bearer {token}"),
        })
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// When the connection breaks or the answer is no HTTP with a known length.
    pub(crate) fn send(&mut self, method: &str, path: &str, body: &str) -> io::Result<Response> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\n\
             Content-Type: application/scim+json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            self.authorization,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        read_response(&mut self.stream)
    }
}

fn read_response(stream: &mut impl BufRead) -> io::Result<Response> {
    let status_line = line(stream)?;
    let status = status_line
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| invalid("no status code"))?;
    let mut length = None;
    let mut location = None;
    loop {
        let header = line(stream)?;
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse::<usize>().ok(),
            "location" => location = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    // RFC 9110 section 8.6: an answer without content may leave its length out.
    let without_content = status == 204 || status == 304;
    let length = if without_content { Some(0) } else { length };
    let mut body = vec![0; length.ok_or_else(|| invalid("no Content-Length"))?];
    stream.read_exact(&mut body)?;
    let body = String::from_utf8(body).map_err(|_| invalid("a body that is not UTF-8"))?;
    Ok(Response {
        status,
        location,
        body,
    })
}

fn line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the server closed the connection",
        ));
    }
    Ok(line.trim_end().to_owned())
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("the server's answer has {what}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_answers_on_one_connection_are_told_apart() {
        let mut stream = &b"HTTP/1.1 201 Created\r\nLocation: http://x/Users/7\r\n\
            content-length: 2\r\n\r\n{}HTTP/1.1 204 No Content\r\n\r\n"[..];
        let created = read_response(&mut stream).expect("valid");
        assert_eq!((created.status, created.body.as_str()), (201, "{}"));
        assert_eq!(created.location.as_deref(), Some("http://x/Users/7"));
        assert_eq!(read_response(&mut stream).expect("valid").status, 204);
    }

    #[test]
    fn a_closed_connection_and_an_unknown_length_are_errors() {
        assert!(read_response(&mut &b""[..]).is_err());
        assert!(read_response(&mut &b"HTTP/1.1 200 OK\r\n\r\n{}"[..]).is_err());
    }
}
