//! Reads certificate and key, and says in a sentence what is wrong with them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{Error as RustlsError, InconsistentKeys, ServerConfig};

use crate::config::TlsFiles;

/// Why a certificate or its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or is not PEM.
    #[error("The file {} ({flag}) cannot be used: {reason}. {mend}.", path.display())]
    File {
        /// The flag that names the file.
        flag: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What it should hold.
        mend: &'static str,
    },
    /// Both files are well-formed and belong to different pairs.
    #[error(
        "The private key {} does not belong to the certificate {}. Name the two files of one pair with --tls-key and --tls-cert.",
        .0.key.display(),
        .0.cert.display()
    )]
    Mismatch(TlsFiles),
    /// The certificate or key is of a kind that cannot be used.
    #[error("The certificate {} and its key cannot be used for TLS: {reason}.", files.cert.display())]
    Refused {
        /// The files.
        files: TlsFiles,
        /// The reason that the TLS library gives.
        reason: RustlsError,
    },
}

/// A configuration for TLS 1.2 and 1.3 that offers HTTP/2 and HTTP/1.1.
///
/// # Errors
/// [`TlsError`] when a file cannot be read, or the two do not fit.
pub fn server_config(files: &TlsFiles) -> Result<Arc<ServerConfig>, TlsError> {
    let chain = read_chain(&files.cert)?;
    let key = read_key(&files.key)?;
    let refused = |reason| TlsError::Refused {
        files: files.clone(),
        reason,
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(refused)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|reason| match reason {
            RustlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                TlsError::Mismatch(files.clone())
            }
            reason => refused(reason),
        })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let wrong = |error| TlsError::File {
        flag: "--tls-cert",
        path: path.to_path_buf(),
        reason: describe(error, "no certificate"),
        mend: "Name a PEM file with the certificate, followed by the intermediate ones",
    };
    let chain = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    match chain {
        Ok(chain) if Vec::is_empty(&chain) => Err(wrong(PemError::NoItemsFound)),
        Ok(chain) => Ok(chain),
        Err(error) => Err(wrong(error)),
    }
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| TlsError::File {
        flag: "--tls-key",
        path: path.to_path_buf(),
        reason: describe(error, "no private key"),
        mend: "Name a PEM file with the private key, not encrypted, readable by this user",
    })
}

fn describe(error: PemError, missing: &str) -> String {
    match error {
        PemError::NoItemsFound => format!("it holds {missing} in PEM"),
        PemError::Io(error) => error.to_string(),
        other => format!("it is not valid PEM ({other})"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::certificate;
    use super::*;

    fn refusal(files: &TlsFiles) -> String {
        server_config(files).unwrap_err().to_string()
    }

    #[test]
    fn a_pair_is_accepted_with_both_protocols() {
        let pair = certificate();
        let config = server_config(&pair.files).unwrap();
        assert_eq!(
            config.alpn_protocols,
            [b"h2".to_vec(), b"http/1.1".to_vec()]
        );
    }

    #[test]
    fn the_key_of_another_certificate_is_refused() {
        let (one, other) = (certificate(), certificate());
        let files = TlsFiles {
            cert: one.files.cert.clone(),
            key: other.files.key.clone(),
        };
        assert!(refusal(&files).contains("does not belong to the certificate"));
    }

    #[test]
    fn files_that_are_missing_or_swapped_are_named_with_their_flag() {
        let pair = certificate();
        let mut files = pair.files.clone();
        files.cert = PathBuf::from("/nowhere/cert.pem");
        let text = refusal(&files);
        assert!(
            text.starts_with("The file /nowhere/cert.pem (--tls-cert) cannot be used: No such")
        );

        files.cert = pair.files.key.clone();
        assert!(
            refusal(&files).contains("(--tls-cert) cannot be used: it holds no certificate in PEM")
        );

        let mut files = pair.files.clone();
        files.key = pair.files.cert.clone();
        assert!(
            refusal(&files).contains("(--tls-key) cannot be used: it holds no private key in PEM")
        );
    }
}
