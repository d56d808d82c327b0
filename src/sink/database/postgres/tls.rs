//! Encryption, with the meaning that libpq gives `sslmode`.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme, client};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::Target;
use crate::source::{plain, printable};

/// Whether to encrypt, and whom to trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub enum Mode {
    Disable,
    /// Encrypted where the server can.
    Prefer,
    Require,
    /// With a certificate that a trusted one has signed.
    VerifyCa,
    /// And that is for the host asked.
    VerifyFull,
}

impl Mode {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "disable" => Mode::Disable,
            "prefer" => Mode::Prefer,
            "require" => Mode::Require,
            "verify-ca" => Mode::VerifyCa,
            "verify-full" => Mode::VerifyFull,
            _ => return None,
        })
    }
}

/// What encrypts the connection to a server.
///
/// # Errors
/// When the certificates to trust cannot be read.
pub fn connector(target: &Target) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(ring::default_provider());
    let (roots, mut mode) = (roots(target)?, target.mode());
    // With certificates at hand, libpq checks the server's also where it is only asked to encrypt.
    if mode == Mode::Require && roots.is_some() {
        mode = Mode::VerifyCa;
    }
    let roots = roots.filter(|_| mode >= Mode::VerifyCa);
    if mode >= Mode::VerifyCa && roots.is_none() {
        return Err(
            "expected certificates to trust, found none\nhelp: name their file in the URL with sslrootcert=FILE, \
                    or those of this machine with sslrootcert=system"
                .to_owned(),
        );
    }
    let trust = Trust { roots: roots.unwrap_or_else(Roots::none), mode, provider: Arc::clone(&provider) };
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config =
        versions.map_err(|error| error.to_string())?.dangerous().with_custom_certificate_verifier(Arc::new(trust));
    Ok(MakeRustlsConnect::new(config.with_no_client_auth()))
}

/// The certificates to trust, where there are any.
fn roots(target: &Target) -> Result<Option<Roots>, String> {
    let Some((file, asked)) = target.roots() else { return Ok(None) };
    let certificates: Vec<CertificateDer<'static>> = if file == Path::new("system") {
        rustls_native_certs::load_native_certs().certs
    } else {
        let pem = match fs::read(&file) {
            Ok(pem) => pem,
            Err(_) if !asked => return Ok(None),
            Err(error) => return Err(format!("{}: cannot be read: {}", printable(&file), plain(&error))),
        };
        CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok).collect()
    };
    let mut roots = Roots { certificates: certificates.clone(), ..Roots::none() };
    // A certificate that is no authority's can still be the server's own.
    roots.store.add_parsable_certificates(certificates);
    if roots.certificates.is_empty() {
        return Err(format!("{}: expected certificates in the PEM format, found none", printable(&file)));
    }
    Ok(Some(roots))
}

struct Roots {
    store: RootCertStore,
    certificates: Vec<CertificateDer<'static>>,
}

impl Roots {
    fn none() -> Self {
        Roots { store: RootCertStore::empty(), certificates: Vec::new() }
    }
}

/// Judges the server's certificate.
struct Trust {
    roots: Roots,
    mode: Mode,
    provider: Arc<CryptoProvider>,
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.mode)
    }
}

impl Trust {
    /// Who trusts any certificate gains nothing by the proof that the server holds its key; and old ones cannot be read.
    fn signature(
        &self,
        verify: impl FnOnce(&WebPkiSupportedAlgorithms) -> Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.mode < Mode::VerifyCa {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify(&self.provider.signature_verification_algorithms)
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        found: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.mode < Mode::VerifyCa {
            return Ok(ServerCertVerified::assertion());
        }
        let certificate = ParsedCertificate::try_from(found)?;
        // Who signed for himself is trusted when just this certificate is, which OpenSSL allows and webpki does not.
        if !self.roots.certificates.iter().any(|known| known == found) {
            let algorithms = self.provider.signature_verification_algorithms.all;
            let store = &self.roots.store;
            client::verify_server_cert_signed_by_trust_anchor(&certificate, store, between, now, algorithms)?;
        }
        if self.mode == Mode::VerifyFull {
            client::verify_server_name(&certificate, host)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        found: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signature(|known| verify_tls12_signature(message, found, signed, known))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        found: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signature(|known| verify_tls13_signature(message, found, signed, known))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// What a failure to agree on encryption means.
pub fn refused(error: &Error, host: &str) -> String {
    match error {
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => {
            format!("expected a certificate for {host}, found one for other names")
        }
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "expected a certificate that a trusted one has signed, found another".to_owned()
        }
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "expected a certificate that is valid today, found one that has expired".to_owned()
        }
        error => format!("expected an encrypted connection, found {error}"),
    }
}
