//! The documents that the option tables give: manual pages and completions.

use std::fs;

use common::cli::{Program, Tool};
use support::binaries;

use crate::{Failure, completions, man};

/// A file's name and its text.
pub(crate) type Document = (String, String);

/// One manual page a tool.
pub(crate) fn man_pages() -> Vec<Document> {
    fn page<P: Program>() -> Document {
        (format!("{}.1", P::TOOL.name), man::page(P::TOOL))
    }
    vec![page::<keygen::Tool>(), page::<keycheck::Tool>(), page::<pubfp::Tool>(), page::<hostfp::Tool>()]
}

/// Four files a tool, under the names that the shells look for.
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
    [all(keygen::Tool::TOOL), all(keycheck::Tool::TOOL), all(pubfp::Tool::TOOL), all(hostfp::Tool::TOOL)]
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
