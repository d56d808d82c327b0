//! Archives for the tests. Zip archives are put together by hand, since libraries do not write wrong ones.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

pub fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zst(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn bz2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn br(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &brotli::enc::BrotliEncoderParams::default()).unwrap();
    out
}

pub fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        tar_member(&mut builder, name, bytes, tar::EntryType::Regular);
    }
    builder.into_inner().unwrap()
}

pub fn tar_member(builder: &mut tar::Builder<Vec<u8>>, name: &str, bytes: &[u8], kind: tar::EntryType) {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_entry_type(kind);
    header.set_cksum();
    builder.append_data(&mut header, name, bytes).unwrap();
}

/// A member of a zip archive, with what may be wrong with it.
#[derive(Clone)]
pub struct Zipped<'z> {
    pub name: &'z [u8],
    /// As it lies in the archive.
    pub data: Vec<u8>,
    pub method: u16,
    pub flags: u16,
    pub crc: u32,
    pub size: u32,
    /// Unix mode.
    pub mode: u32,
    /// Whether sizes are in the fields of zip64.
    pub wide: bool,
}

impl<'z> Zipped<'z> {
    pub fn new(name: &'z str, bytes: &[u8]) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let size = u32::try_from(bytes.len()).unwrap();
        let (name, data) = (name.as_bytes(), deflated(bytes));
        Zipped { name, data, method: 8, flags: 0, crc: crc.sum(), size, mode: 0o100_644, wide: false }
    }

    pub fn stored(name: &'z str, bytes: &[u8]) -> Self {
        Zipped { data: bytes.to_vec(), method: 0, ..Zipped::new(name, bytes) }
    }

    /// Sizes and checksum as they are in either header, and the extra field.
    fn numbers(&self, extra: &mut Vec<u8>, descriptor: bool) -> Vec<u8> {
        let packed = u32::try_from(self.data.len()).unwrap();
        let (crc, packed, size) = if descriptor { (0, 0, 0) } else { (self.crc, packed, self.size) };
        let [mut low, mut high] = [packed, size];
        if self.wide {
            extra.extend([1, 0, 16, 0]);
            extra.extend(u64::from(size).to_le_bytes());
            extra.extend(u64::from(packed).to_le_bytes());
            (low, high) = (u32::MAX, u32::MAX);
        }
        [crc.to_le_bytes(), low.to_le_bytes(), high.to_le_bytes()].concat()
    }

    fn local(&self) -> Vec<u8> {
        let mut extra = Vec::new();
        let numbers = self.numbers(&mut extra, self.flags & 8 != 0);
        let mut out = b"PK\x03\x04\x14\0".to_vec();
        out.extend(self.flags.to_le_bytes());
        out.extend(self.method.to_le_bytes());
        out.extend([0; 4]);
        out.extend(numbers);
        out.extend(u16::try_from(self.name.len()).unwrap().to_le_bytes());
        out.extend(u16::try_from(extra.len()).unwrap().to_le_bytes());
        out.extend(self.name);
        out.extend(extra);
        out.extend(&self.data);
        if self.flags & 8 != 0 {
            out.extend(b"PK\x07\x08");
            out.extend(self.crc.to_le_bytes());
            out.extend(u32::try_from(self.data.len()).unwrap().to_le_bytes());
            out.extend(self.size.to_le_bytes());
        }
        out
    }

    fn central(&self, offset: u32) -> Vec<u8> {
        let mut extra = Vec::new();
        let numbers = self.numbers(&mut extra, false);
        let mut out = b"PK\x01\x02\x14\x03\x14\0".to_vec();
        out.extend(self.flags.to_le_bytes());
        out.extend(self.method.to_le_bytes());
        out.extend([0; 4]);
        out.extend(numbers);
        out.extend(u16::try_from(self.name.len()).unwrap().to_le_bytes());
        out.extend(u16::try_from(extra.len()).unwrap().to_le_bytes());
        out.extend([0; 6]);
        out.extend((self.mode << 16).to_le_bytes());
        out.extend(offset.to_le_bytes());
        out.extend(self.name);
        out.extend(extra);
        out
    }
}

pub fn zip(members: &[Zipped<'_>]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        directory.extend(member.central(u32::try_from(out.len()).unwrap()));
        out.extend(member.local());
    }
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    let start = u32::try_from(out.len()).unwrap();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

pub fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let members: Vec<_> = members.iter().map(|(name, bytes)| Zipped::new(name, bytes)).collect();
    zip(&members)
}

/// A WARC record.
pub fn record(kind: &str, uri: &str, media: &str, block: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2024-05-01T10:00:00Z\r\n\
         Content-Type: {media}\r\nContent-Length: {}\r\n\r\n",
        block.len()
    )
    .into_bytes();
    out.extend(block);
    out.extend(b"\r\n\r\n");
    out
}

/// A record of what a server answered.
pub fn response(uri: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let block = [head.replace('\n', "\r\n").as_bytes(), b"\r\n\r\n", body].concat();
    record("response", uri, "application/http; msgtype=response", &block)
}

/// A page that a server sent.
pub fn fetched(uri: &str, body: &[u8]) -> Vec<u8> {
    response(uri, "HTTP/1.1 200 OK\nContent-Type: text/html; charset=UTF-8", body)
}
