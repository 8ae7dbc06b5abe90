//! `s3.directory`.

use std::path::Path;

use aws_sdk_s3::primitives::ByteStream;
use iac_aws::s3::{Bucket, Directory, Folder};
use iac_core::model::Stack;

use crate::harness::Lifecycle;

fn directory(stack: &mut Stack, root: &Path) -> Directory {
    let bucket = stack.add("site", Bucket::builder().bucket("my-site").force_destroy(true).build());
    let folder = Folder::at(root).cache_control("assets/**", "immutable");
    Directory::builder()
        .bucket(&bucket.name)
        .prefix("www/")
        .source(folder)
        .build()
}

#[tokio::test(flavor = "multi_thread")]
async fn lifecycle() {
    let folder = tempfile::tempdir().unwrap();
    let write = |version: &str, files: &[(&str, &str)]| {
        for (path, content) in files {
            let path = folder.path().join(version).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        folder.path().join(version)
    };
    let first = write("1", &[("index.html", "<p>"), ("assets/app.js", "1")]);
    let second = write("2", &[("index.html", "<p>"), ("assets/new.js", "2")]);
    let full = {
        let first = first.clone();
        move |stack: &mut Stack| Directory {
            prune_unknown: true,
            ..directory(stack, &first)
        }
    };
    let minimal = {
        let first = first.clone();
        move |stack: &mut Stack| directory(stack, &first)
    };
    let changed = move |stack: &mut Stack| Directory {
        prune_unknown: true,
        ..directory(stack, &second)
    };
    let moved = move |stack: &mut Stack| Directory {
        prefix: String::new(),
        ..directory(stack, &first)
    };
    Lifecycle::new(minimal.clone(), full)
        // where the folder is here is not told from what is there
        .not_importable()
        .update("source", changed)
        .update("prune_unknown", minimal)
        .replace("prefix", moved)
        .drift("source", |config, id| async move {
            let (bucket, prefix) = id.split_once('/').unwrap();
            let s3 = aws_sdk_s3::Client::new(&config);
            let key = format!("{prefix}index.html");
            let body = ByteStream::from_static(b"by hand");
            s3.put_object().bucket(bucket).key(key).body(body).send().await.unwrap();
        })
        .drift("source", |config, id| async move {
            let (bucket, prefix) = id.split_once('/').unwrap();
            let s3 = aws_sdk_s3::Client::new(&config);
            s3.delete_object()
                .bucket(bucket)
                .key(format!("{prefix}assets/app.js"))
                .send()
                .await
                .unwrap();
        })
        .created_by("PutObject")
        .run()
        .await;
}
