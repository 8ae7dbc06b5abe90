//! `s3.directory`.

use std::{path::PathBuf, sync::Arc};

use aws_sdk_s3::{Client, primitives::ByteStream};
use iac_aws::s3::{Bucket, Directory, Folder};
use iac_core::model::Stack;
use tempfile::TempDir;

use crate::harness::Lifecycle;

/// Two states of a site, in folders that go with the last of those who hold them.
#[derive(Clone)]
struct Site(Arc<TempDir>);

impl Site {
    fn new() -> Self {
        let site = Self(Arc::new(tempfile::tempdir().unwrap()));
        let write = |version: &str, files: &[(&str, &str)]| {
            for (path, content) in files {
                let path = site.version(version).join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, content).unwrap();
            }
        };
        write("1", &[("index.html", "<p>"), ("assets/app.js", "1")]);
        write("2", &[("index.html", "<p>"), ("assets/new.js", "2")]);
        site
    }

    fn version(&self, version: &str) -> PathBuf {
        self.0.path().join(version)
    }

    fn folder(&self, version: &str) -> Folder {
        Folder::at(self.version(version)).cache_control("assets/**", "immutable").into()
    }
}

fn directory(stack: &mut Stack, site: &Site) -> Directory {
    let bucket = stack.add("site", Bucket::builder().bucket("my-site").force_destroy(true).build());
    Directory::builder().bucket(&bucket.name).source(site.folder("1")).build()
}

fn of(site: Site) -> Lifecycle<Directory> {
    let (minimal, full) = (site.clone(), site.clone());
    Lifecycle::new(
        "PutObject",
        move |stack| directory(stack, &minimal),
        move |stack| Directory {
            prefix: "www/".to_owned(),
            prune_unknown: true,
            ..directory(stack, &full)
        },
    )
    // where the folder is here is not told from what is there
    .not_importable()
    .update("source", move |directory| directory.source = site.folder("2"))
    .replace_with("bucket", |directory, stack| {
        let other = Bucket::builder().force_destroy(true).build();
        directory.bucket = (&stack.add("other", other).name).into();
    })
    .replace("prefix", |directory| directory.prefix = "web/".to_owned())
    .drift("source", |config, id| async move {
        let (bucket, prefix) = id.split_once('/').unwrap();
        let put = Client::new(&config).put_object().bucket(bucket).key(format!("{prefix}index.html"));
        put.body(ByteStream::from_static(b"by hand")).send().await.unwrap();
    })
    .drift("source", |config, id| async move {
        let (bucket, prefix) = id.split_once('/').unwrap();
        let delete = Client::new(&config).delete_object().bucket(bucket);
        delete.key(format!("{prefix}assets/app.js")).send().await.unwrap();
    })
}

lifecycle!(Directory, of(Site::new()));
