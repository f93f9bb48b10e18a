//! Handles complete blocks, and the passphrases that some of them need.

use super::other_lines::about;
use super::{
    Aside, Block, DecryptError, Error, Fault, Line, Place, Protection, Quirk, Reader, Refusal, Secret, Sink, Spent,
    public_line, set_lines, skip_spaces_and_tabs,
};

impl Reader {
    /// Handles a complete block.
    pub(super) fn block(&mut self, file: &Place, block: &Block, sink: &mut dyn Sink) -> Result<(), Error> {
        let result = match block.read() {
            Err(refusal) if refusal.needs_passphrase => {
                let protection = block.protection();
                match self.passphrase(protection, sink, |sink| sink.passphrase(&file.at(block.line)))? {
                    Err(Spent) => Err(Refusal::new(DecryptError::BudgetSpent.to_string()).hint(Spent::REMEDY)),
                    Ok(Some(passphrase)) => block.decrypt(&passphrase),
                    Ok(None) => Err(refusal),
                }
            }
            Ok(Some(mut found)) if found.is_encrypted() => {
                let protection = found.private.as_ref().map_or(Protection::Plain, |private| private.protection);
                let place = file.at(block.line);
                match self.passphrase(protection, sink, |sink| sink.passphrase_for_private_half(&place))? {
                    Err(Spent) => {
                        found.private.iter_mut().for_each(|private| private.error = Some(DecryptError::BudgetSpent));
                    }
                    Ok(Some(passphrase)) => found = block.decrypt_private_half(found, &passphrase),
                    Ok(None) => {}
                }
                Ok(Some(found))
            }
            Err(refusal) if block.may_be_in_an_envelope() => return self.damaged_block(file, block, refusal, sink),
            result => result,
        };
        match result {
            Ok(None) => {
                self.parameters = self.parameters.or(Some(block.line));
                sink.aside(file, block.line, Aside::Parameters, &[])
            }
            Ok(Some(found)) => {
                self.found = true;
                sink.item(file, &block.item(found))
            }
            Err(refusal) => {
                self.found = true;
                sink.refused(about(refusal.at(file, block.line), block.whole()))
            }
        }
    }

    /// Asks for the passphrase of a key with this protection, if the run has enough work left to decrypt it.
    fn passphrase(
        &self,
        protection: Protection,
        sink: &mut dyn Sink,
        ask: impl FnOnce(&mut dyn Sink) -> Result<Option<Secret>, Error>,
    ) -> Result<Result<Option<Secret>, Spent>, Error> {
        if let Err(spent) = sink.budget().unwrap_or(&self.budget).suffices(protection) {
            return Ok(Err(spent));
        }
        let passphrase = ask(sink)?;
        if passphrase.is_some() {
            sink.budget().unwrap_or(&self.budget).spend(protection);
        }
        Ok(Ok(passphrase))
    }

    /// Handles the line of a key inside a block: sshd, which knows no blocks, accepts that key.
    pub(super) fn line_in_block(&mut self, file: &Place, line: &Line<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
        self.found = true;
        let quirks = self.quirks.with(Quirk::Crlf, line.crlf);
        match public_line::read(skip_spaces_and_tabs(line.bytes), line.number, &mut self.blob) {
            Ok(None) | Err(Fault::NoKey) => Ok(()),
            Ok(Some(mut item)) => {
                set_lines(&mut item, quirks, line.raw);
                sink.item(file, &item)
            }
            Err(Fault::Doubtful(doubtful)) => {
                let (mut item, refusal) = *doubtful;
                set_lines(&mut item, quirks, line.raw);
                sink.doubtful(file, &item, refusal.at(file, line.number))
            }
            Err(Fault::Unfinished(refusal) | Fault::Damaged(refusal) | Fault::Refused(refusal)) => {
                sink.refused(refusal.at(file, line.number))
            }
        }
    }
}
