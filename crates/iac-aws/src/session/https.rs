//! The HTTPS client: through the proxy of the environment, and with certificate authorities of one's own.
//!
//! The SDK's default client does neither. Source: AWS SDKs and tools reference, "General configuration settings"
//! (`ca_bundle`); AWS CLI user guide, "Using an HTTP proxy for the AWS CLI".

use std::path::Path;

use aws_smithy_http_client::{
    Builder, Connector,
    proxy::ProxyConfig,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{http::SharedHttpClient, runtime_components::RuntimeComponents};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};

use super::error::{Cause, SessionError};

/// A client that trusts the certificate authorities of the machine, or those in the bundle alone where there is one.
pub(super) fn client(ca_bundle: Option<&Path>) -> Result<SharedHttpClient, SessionError> {
    let trust = match ca_bundle {
        None => TrustStore::default(),
        Some(path) => {
            let pem = read(path).map_err(|reason| SessionError::CaBundle {
                path: path.to_owned(),
                source: Cause::from_text(reason),
            })?;
            TrustStore::empty().with_pem_certificate(pem)
        }
    };
    // building a context cannot fail today; an error would come with every request
    let context = TlsContext::builder().with_trust_store(trust).build();
    let context = context.map_err(|error| SessionError::Invalid {
        setting: "ca_bundle",
        message: error.to_string(),
    })?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(context.clone())
            .build()
    }))
}

/// The bundle's text, once all certificates in it can be used: the SDK panics at one that cannot.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let pem = std::fs::read(path).map_err(|error| error.to_string())?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| format!("not PEM: {error}"))?;
        roots
            .add(certificate)
            .map_err(|error| format!("certificate {}: {error}", roots.len() + 1))?;
    }
    if roots.is_empty() {
        return Err("there is no certificate in it".to_owned());
    }
    Ok(pem)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use iac_core::model::Hint as _;

    use super::*;

    fn refused(name: &str, text: Option<&str>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        if let Some(text) = text {
            fs::write(&path, text).unwrap();
        }
        let error = client(Some(&path)).unwrap_err();
        assert!(error.hints()[0].contains("AWS_CA_BUNDLE"), "{:?}", error.hints());
        let SessionError::CaBundle { source, .. } = &error else {
            panic!("{error:?}")
        };
        assert!(error.to_string().ends_with(name), "{error}");
        source.to_string()
    }

    #[test]
    fn a_bundle_that_cannot_be_used_is_refused() {
        assert!(refused("missing.pem", None).contains("No such file"));
        assert_eq!(refused("empty.pem", Some("")), "there is no certificate in it");
        let broken = "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n";
        assert!(refused("broken.pem", Some(broken)).starts_with("not PEM"));
        let other = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(refused("other.pem", Some(other)).starts_with("certificate 1"));
    }

    #[test]
    fn without_a_bundle_the_machine_is_trusted() {
        assert!(client(None).is_ok());
    }
}
