//! Searches records in memory, sorted by the hashes that they begin with. An index by the first 16 bits leaves few to search.

/// The records.
#[derive(Debug)]
pub(super) struct Sorted<const N: usize> {
    records: Vec<[u8; N]>,
    /// For each value of the first 16 bits, the index of its first record; at the end, the number of all records.
    starts: Vec<u32>,
}

impl<const N: usize> Sorted<N> {
    /// Takes these records, which are sorted and fewer than 2^32.
    pub(super) fn new(records: Vec<[u8; N]>) -> Self {
        let mut starts = vec![0; 1 << 16 | 1];
        for record in &records {
            if let Some(count) = starts.get_mut(first(record) + 1) {
                *count += 1;
            }
        }
        let mut before = 0;
        for start in &mut starts {
            before += *start;
            *start = before;
        }
        Self { records, starts }
    }

    /// Returns the record that begins with these bytes.
    pub(super) fn find(&self, wanted: &[u8]) -> Option<&[u8; N]> {
        let bits = first(wanted);
        let (start, end) = (*self.starts.get(bits)?, *self.starts.get(bits + 1)?);
        let records = self.records.get(start as usize..end as usize)?;
        let begins = |record: &[u8; N]| record.get(..wanted.len()).unwrap_or_default().cmp(wanted);
        records.binary_search_by(begins).ok().and_then(|index| records.get(index))
    }
}

/// Returns the first 16 bits.
fn first(bytes: &[u8]) -> usize {
    bytes.first_chunk().map_or(0, |two| u16::from_be_bytes(*two).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_is_found_and_no_other() {
        let record = |i: u32| {
            let [a, b, c, d] = i.wrapping_mul(0x9e37_79b9).to_be_bytes();
            [a, b, c, d, 7]
        };
        let mut records: Vec<[u8; 5]> = (0..200_000).map(record).chain([[0; 5], [0xff; 5]]).collect();
        records.sort_unstable();
        let sorted = Sorted::new(records.clone());
        for record in &records {
            assert_eq!(sorted.find(&record[..4]).unwrap()[..4], record[..4]);
        }
        for i in 200_000..300_000 {
            assert_eq!(sorted.find(&record(i)[..4]), None);
        }
        assert_eq!(Sorted::<5>::new(Vec::new()).find(&[1, 2]), None);
    }
}
