//! Settings that stand in files: read when clients are made, so that what rotates is read anew by new ones.

use std::path::PathBuf;

use crate::Fatal;

/// Settings as the client takes them: of a value `@FILE` what stands in the file, without the line's end. So a password
/// is on no command line.
pub fn resolved(properties: &[(String, String)]) -> Result<Vec<(String, String)>, Fatal> {
    properties.iter().map(|(name, value)| Ok((name.clone(), read(name, value)?))).collect()
}

fn read(name: &str, value: &str) -> Result<String, Fatal> {
    let Some(file) = value.strip_prefix('@') else { return Ok(value.to_owned()) };
    let text = std::fs::read_to_string(file)
        .map_err(|error| Fatal::Misconfigured(format!("-X {name}=@{file}: {error}")))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// The files that clients with these settings read.
pub fn files(properties: &[(String, String)]) -> Vec<PathBuf> {
    let file = |(name, value): &(String, String)| {
        let of_tls = name.starts_with("ssl.") && name.ends_with(".location");
        value.strip_prefix('@').or_else(|| of_tls.then_some(value.as_str())).map(PathBuf::from)
    };
    properties.iter().filter_map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(properties: &[(&str, &str)]) -> Vec<(String, String)> {
        properties.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_value_that_names_a_file_is_what_stands_in_it() {
        let file = std::env::temp_dir().join(format!("orders-secret-{}", std::process::id()));
        std::fs::write(&file, "geheim\n").unwrap();
        let named = format!("@{}", file.display());
        let read = resolved(&of(&[("sasl.username", "order"), ("sasl.password", &named)])).unwrap();
        assert_eq!(read, of(&[("sasl.username", "order"), ("sasl.password", "geheim")]));
        std::fs::remove_file(&file).unwrap();
        let gone = resolved(&of(&[("sasl.password", &named)])).unwrap_err().to_string();
        assert!(gone.starts_with("-X sasl.password=@") && gone.contains("No such file"), "{gone}");
    }

    #[test]
    fn certificates_and_secrets_are_files_and_the_rest_is_not() {
        let properties = of(&[
            ("ssl.key.location", "/tls/key"),
            ("sasl.password", "@/secret"),
            ("sasl.username", "order"),
            ("ssl.key.password", "x"),
        ]);
        assert_eq!(files(&properties), ["/tls/key", "/secret"].map(PathBuf::from));
    }
}
