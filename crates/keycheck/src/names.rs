//! Collects the names in a table, for the option table.

/// Returns the field `name` of each row of a table, as an array.
macro_rules! names {
    ($table:expr) => {{
        let mut names = [""; $table.len()];
        let mut index = 0;
        while index < names.len() {
            names[index] = $table[index].name;
            index += 1;
        }
        names
    }};
}

pub(crate) use names;
