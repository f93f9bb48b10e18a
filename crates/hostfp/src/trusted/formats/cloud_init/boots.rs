//! Groups cloud-init's blocks into the boots that printed them.

use common::key::Kind;

use super::block_lines::BlockKind;
use super::blocks::Block;
use crate::trusted::formats::lines::List;
use crate::trusted::keys::TrustedKey;

/// The keys that one boot showed: a block of each kind, or of one.
#[derive(Debug)]
pub(super) struct Boot {
    /// The line where its first block begins, counted from 1.
    pub(super) line: usize,
    pub(super) list: List,
    kinds: Vec<BlockKind>,
    pub(super) counts: bool,
    /// Lines of its first block are lost; a later one may list more.
    has_gaps: bool,
}

/// Groups blocks into the boots of a log. Blocks with the same keys are of one boot.
pub(super) fn of(blocks: Vec<Block<'_>>) -> Vec<Boot> {
    let mut boots: Vec<Boot> = Vec::new();
    for block in blocks.into_iter().filter(|block| !block.list.keys.is_empty()) {
        match boots.iter_mut().find(|boot| boot.agrees_with(&block)) {
            Some(boot) if block.counts == boot.counts => boot.kinds.push(block.kind),
            // Lines that others may have written do not count next to those of cloud-init.
            Some(boot) if block.counts => *boot = Boot { line: boot.line, ..Boot::of(block) },
            Some(_) => {}
            None => boots.push(Boot::of(block)),
        }
    }
    boots
}

impl Boot {
    fn of(block: Block<'_>) -> Self {
        let has_gaps = block.ends && !block.is_whole();
        let Block { kind, line, list, counts, .. } = block;
        Self { line, list, kinds: vec![kind], counts, has_gaps }
    }

    /// Whether all keys of a block are of this boot: whichever block comes first lists all. Two whole blocks list the same
    /// keys, except for DSA, which cloud-init omits from the block of keys. If another program's line replaced one of the
    /// first block's, the second may list more; these further keys do not count.
    fn agrees_with(&self, block: &Block<'_>) -> bool {
        let known = |key: &TrustedKey| self.list.keys.iter().any(|own| own.fingerprint == key.fingerprint);
        let keys = &block.list.keys;
        let is_left_out = |key: &TrustedKey| {
            block.kind == BlockKind::Keys && !self.kinds.contains(&block.kind) && key.kinds == [Kind::Dsa]
        };
        let lacks = |key: &TrustedKey| !keys.iter().any(|its| its.fingerprint == key.fingerprint) && !is_left_out(key);
        // A block that others may have written adds no missing key.
        let lists_all = self.counts || self.kinds.contains(&block.kind);
        let is_shorter = block.is_whole() && lists_all && self.list.keys.iter().any(lacks);
        let is_other_kind = !self.kinds.contains(&block.kind);
        let fills_gaps = self.has_gaps && is_other_kind && block.is_whole() && !self.list.keys.iter().any(lacks);
        (fills_gaps || keys.iter().all(known)) && !is_shorter
    }
}
