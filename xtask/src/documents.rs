//! Makes documents from the option tables: manual pages and completions.

use std::fs;

use common::cli::{Options, Tool};
use support::binaries;

use crate::{Failure, completions, man};

/// A file's name and its text.
pub(crate) type Document = (String, String);

/// One manual page for each tool.
pub(crate) fn man_pages() -> Vec<Document> {
    fn page<O: Options>() -> Document {
        (format!("{}.1", O::TOOL.name), man::page(O::TOOL))
    }
    vec![page::<keygen::Args>(), page::<keycheck::Args>(), page::<pubfp::Args>(), page::<hostfp::Args>()]
}

/// Four files for each tool, under the names that the shells look for.
pub(crate) fn completions() -> Vec<Document> {
    fn all<F>(tool: &Tool<F>) -> [Document; 4] {
        let name = tool.name;
        [
            (format!("bash/{name}"), completions::bash(tool)),
            (format!("zsh/_{name}"), completions::zsh(tool)),
            (format!("fish/{name}.fish"), completions::fish(tool)),
            (format!("powershell/{name}.ps1"), completions::powershell(tool)),
        ]
    }
    [all(keygen::Args::TOOL), all(keycheck::Args::TOOL), all(pubfp::Args::TOOL), all(hostfp::Args::TOOL)]
        .into_iter()
        .flatten()
        .collect()
}

/// Writes documents below `target/KIND`.
pub(crate) fn write(kind: &str, documents: &[Document]) -> Result<(), Failure> {
    let folder = binaries::root().join("target").join(kind);
    for (name, text) in documents {
        let path = folder.join(name);
        path.parent().map(fs::create_dir_all).transpose()?;
        fs::write(&path, text)?;
        println!("{}", path.display());
    }
    Ok(())
}
