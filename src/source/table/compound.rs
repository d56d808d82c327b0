//! Whether an XLS is safe to hand to calamine, which follows a chain of sectors that runs in a circle for ever, and holds
//! a sheet of two cells as large as the rectangle between them. Neither can be caught, so both are looked for before.

/// Cells of all sheets together, counted as rectangles.
const CELLS: u64 = 20_000_000;

/// Sheets of one workbook.
const SHEETS: usize = 4096;

/// Looks through an XLS.
pub(super) fn check(file: &[u8]) -> Result<(), String> {
    let compound = Compound::new(file).ok_or("a damaged file: its table of sectors cannot be read")?;
    if circular(&compound.table) || circular(&compound.small) {
        return Err("a damaged file: its sectors run in a circle".to_owned());
    }
    if compound.entry("EncryptedPackage").is_some() {
        return Err("an encrypted one".to_owned());
    }
    let entry = compound.entry("Workbook").or_else(|| compound.entry("Book"));
    let stream = entry.map(|entry| compound.stream(&entry)).ok_or("a file without a workbook inside")?;
    if cells(&stream).is_none_or(|cells| cells > CELLS) {
        return Err(format!("more than {SHEETS} sheets or {CELLS} cells, counted as rectangles"));
    }
    Ok(())
}

/// The sectors of a compound file.
struct Compound<'f> {
    file: &'f [u8],
    size: usize,
    /// The sector behind each sector.
    table: Vec<u32>,
    /// The same for small sectors.
    small: Vec<u32>,
    directory: Vec<u8>,
}

/// A stream inside the file.
struct Entry {
    start: u32,
    length: usize,
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|it| u16::from_le_bytes(*it))
}

fn whole(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|it| u32::from_le_bytes(*it))
}

fn wholes(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks().0.iter().map(|it| u32::from_le_bytes(*it))
}

/// The first number that is no sector.
const RESERVED: u32 = 0xffff_fffa;

impl<'f> Compound<'f> {
    fn new(file: &'f [u8]) -> Option<Self> {
        let size = if half(file, 30)? == 12 { 4096 } else { 512 };
        let mut compound = Compound { file, size, table: Vec::new(), small: Vec::new(), directory: Vec::new() };
        let mut sectors: Vec<u32> = wholes(file.get(76..512)?).collect();
        let (mut next, mut seen) = (whole(file, 68)?, 0);
        while next < RESERVED {
            seen += 1;
            if seen > file.len() / size + 1 {
                return None;
            }
            sectors.extend(wholes(compound.sector(next)));
            next = sectors.pop()?;
        }
        let used = sectors.into_iter().filter(|&id| id < RESERVED).take(file.len() / size + 110);
        compound.table = used.flat_map(|id| wholes(compound.sector(id)).collect::<Vec<_>>()).collect();
        compound.directory = compound.chain(whole(file, 48)?);
        compound.small = wholes(&compound.chain(whole(file, 60)?)).collect();
        Some(compound)
    }

    /// The bytes of a sector; fewer at the end of the file.
    fn sector(&self, id: u32) -> &'f [u8] {
        let start =
            usize::try_from(id).ok().and_then(|id| id.checked_add(1)?.checked_mul(self.size)).unwrap_or(usize::MAX);
        let rest = self.file.get(start..).unwrap_or_default();
        rest.get(..self.size).unwrap_or(rest)
    }

    /// The bytes of a chain of sectors, each at most once.
    fn chain(&self, start: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut id = start;
        for _ in 0..=self.table.len() {
            if id >= RESERVED {
                break;
            }
            bytes.extend_from_slice(self.sector(id));
            let Some(&next) = usize::try_from(id).ok().and_then(|id| self.table.get(id)) else { break };
            id = next;
        }
        bytes
    }

    fn entry(&self, name: &str) -> Option<Entry> {
        let named = |entry: &&[u8]| {
            let units = entry.as_chunks().0.iter().take(32).map(|it: &[u8; 2]| u16::from_le_bytes(*it));
            let found: Vec<u16> = units.take_while(|&unit| unit != 0).collect();
            String::from_utf16_lossy(&found).eq_ignore_ascii_case(name)
        };
        let entry = self.directory.chunks_exact(128).find(named)?;
        Some(Entry { start: whole(entry, 116)?, length: usize::try_from(whole(entry, 120)?).ok()? })
    }

    fn stream(&self, entry: &Entry) -> Vec<u8> {
        if entry.length >= 4096 {
            let mut bytes = self.chain(entry.start);
            bytes.truncate(entry.length);
            return bytes;
        }
        // A short stream lies in small sectors, which lie in the stream of the first entry.
        let Some(start) = whole(&self.directory, 116) else { return Vec::new() };
        let small = self.chain(start);
        let mut bytes = Vec::new();
        let mut id = entry.start;
        for _ in 0..=entry.length / 64 {
            let Some(at) = usize::try_from(id).ok().filter(|_| id < RESERVED) else { break };
            bytes.extend_from_slice(
                small.get(at.saturating_mul(64)..).unwrap_or_default().get(..64).unwrap_or_default(),
            );
            let Some(&next) = self.small.get(at) else { break };
            id = next;
        }
        bytes.truncate(entry.length);
        bytes
    }
}

/// Whether any chain of a table comes back to itself.
fn circular(table: &[u32]) -> bool {
    // In which walk a sector was met.
    let mut met = vec![0_usize; table.len()];
    for walk in 1..=table.len() {
        let mut at = walk - 1;
        while let Some(mark) = met.get_mut(at)
            && *mark == 0
        {
            *mark = walk;
            at = table.get(at).and_then(|&next| usize::try_from(next).ok()).unwrap_or(usize::MAX);
        }
        if met.get(at) == Some(&walk) {
            return true;
        }
    }
    false
}

/// Records of the workbook's stream: kind and data.
fn records(stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let (kind, length) = (half(rest, 0)?, usize::from(half(rest, 2)?));
        let data = rest.get(4..4 + length)?;
        rest = rest.get(4 + length..)?;
        Some((kind, data))
    })
}

/// The cells of all sheets, counted as rectangles; none where there are too many sheets.
fn cells(stream: &[u8]) -> Option<u64> {
    let places = records(stream).filter(|&(kind, _)| kind == 0x85).filter_map(|(_, data)| whole(data, 0));
    let mut all: u64 = 0;
    for (sheet, place) in places.enumerate() {
        if sheet >= SHEETS || all > CELLS {
            return None;
        }
        let start = usize::try_from(place).ok()?;
        all = all.saturating_add(rectangle(stream.get(start..).unwrap_or_default()));
    }
    Some(all)
}

/// The cells of a sheet: as it says itself, or as its cells lie, whichever is more.
fn rectangle(sheet: &[u8]) -> u64 {
    let (mut rows, mut columns, mut said) = (0, 0, 0);
    for (kind, data) in records(sheet) {
        match kind {
            0x0a => break,
            0x0200 => {
                let at = |at| whole(data, at).map_or(0, u64::from);
                let (last, right) = if data.len() == 10 {
                    (half(data, 2).map_or(0, u64::from), half(data, 6).map_or(0, u64::from))
                } else {
                    (at(4), half(data, 10).map_or(0, u64::from))
                };
                said = said.max(last.saturating_mul(right));
            }
            // Numbers, labels, truth values, formulas, their texts; the last column of several numbers in one record.
            0x0006 | 0x00bd | 0x00d6 | 0x00fd | 0x0203 | 0x0204 | 0x0205 | 0x027e => {
                let last = if kind == 0xbd { data.len().saturating_sub(2) } else { 2 };
                rows = rows.max(half(data, 0).map_or(0, u64::from) + 1);
                columns = columns.max(half(data, last).map_or(0, u64::from) + 1);
            }
            _ => {}
        }
    }
    said.max(rows * columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found() {
        for (table, expected) in [
            (&[1, 2, 0xffff_fffe][..], false),
            (&[0xffff_fffe, 0, 1], false),
            (&[1, 2, 0], true),
            (&[0], true),
            (&[1, 1], true),
            (&[3, 3, 3, 0xffff_ffff], false),
            (&[7, 900], false),
        ] {
            assert_eq!(circular(table), expected, "{table:?}");
        }
    }
}
