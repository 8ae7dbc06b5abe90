//! Folders of objects.

use std::path::Path;

use aws_sdk_s3::primitives::ByteStream;
use iac_aws::s3::{Bucket, Directory, Encryption, Folder, SseAlgorithm};
use iac_core::model::{ErrorKind, RemoteId};
use iac_sandbox::Fault;

use crate::common::{TestEnv, problems};

struct Site(tempfile::TempDir);

impl Site {
    fn new() -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        for (path, content) in [
            ("index.html", "<p>"),
            ("about/index.html", "<b>"),
            ("assets/app.js", "1"),
        ] {
            site.write(path, content);
        }
        site
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn directory(&self) -> Directory {
        let folder = Folder::at(self.path())
            .cache_control("assets/**", "immutable")
            .cache_control("**", "no-cache");
        Directory::builder()
            .bucket("site")
            .prefix("www/")
            .source(folder)
            .build()
    }
}

async fn with_bucket(bucket: Bucket) -> TestEnv {
    let env = TestEnv::new();
    env.create(&bucket).await.unwrap();
    env.sandbox.clear_requests();
    env
}

fn bucket() -> Bucket {
    Bucket::builder().bucket("site").build()
}

/// The writes, in order.
fn written(env: &TestEnv) -> Vec<String> {
    let requests = env.sandbox.requests();
    let writes = requests.into_iter().filter(|request| {
        ["PutObject", "DeleteObject", "DeleteObjects", "UploadPart"].contains(&request.operation.as_str())
    });
    let written = writes.map(|request| request.operation).collect();
    env.sandbox.clear_requests();
    written
}

#[tokio::test]
async fn only_what_differs_is_uploaded() {
    let env = with_bucket(bucket()).await;
    let site = Site::new();
    let first = site.directory();
    let outputs = env.create(&first).await.unwrap();
    assert_eq!(outputs["count"], 3);
    assert_eq!(written(&env), ["PutObject"; 3]);
    env.assert_in_sync(&first).await;

    site.write("assets/app.js", "2");
    std::fs::remove_dir_all(site.path().join("about")).unwrap();
    let second = site.directory();
    env.sandbox.clear_requests();
    let next = env.update(&second, Some(&first)).await.unwrap();
    assert_ne!(outputs["manifest_hash"], next["manifest_hash"]);
    assert_eq!(written(&env), ["PutObject", "DeleteObjects"]);
    env.assert_in_sync(&second).await;

    env.update(&second, Some(&second)).await.unwrap();
    assert_eq!(written(&env), Vec::<String>::new());
}

#[tokio::test]
async fn a_read_of_small_files_is_one_listing() {
    let env = with_bucket(bucket()).await;
    let directory = Site::new();
    let directory = directory.directory();
    env.create(&directory).await.unwrap();
    env.sandbox.clear_requests();
    env.assert_in_sync(&directory).await;
    let operations: Vec<String> = env
        .sandbox
        .requests()
        .into_iter()
        .map(|request| request.operation)
        .collect();
    assert_eq!(operations, ["ListObjectsV2"]);
}

#[tokio::test]
async fn drift_is_seen_and_other_objects_are_left_alone_unless_pruned() {
    let env = with_bucket(bucket()).await;
    let site = Site::new();
    let directory = site.directory();
    env.create(&directory).await.unwrap();
    let put = |key: &'static str| {
        env.s3()
            .put_object()
            .bucket("site")
            .key(key)
            .body(ByteStream::from_static(b"x"))
            .send()
    };
    put("www/assets/app.js").await.unwrap();
    put("www/other").await.unwrap();
    put("elsewhere").await.unwrap();
    env.s3()
        .delete_object()
        .bucket("site")
        .key("www/index.html")
        .send()
        .await
        .unwrap();
    let changed = env.changes(&env.id(), &directory, Some(&directory)).await;
    assert!(changed.iter().any(|path| path.contains("app.js")), "{changed:?}");
    assert!(changed.iter().any(|path| path.contains("index.html")), "{changed:?}");
    assert!(!changed.iter().any(|path| path.contains("other")), "{changed:?}");
    env.update(&directory, Some(&directory)).await.unwrap();
    env.assert_in_sync(&directory).await;

    let pruning = Directory {
        prune_unknown: true,
        ..directory.clone()
    };
    env.update(&pruning, Some(&directory)).await.unwrap();
    let left = env.s3().list_objects_v2().bucket("site").send().await.unwrap();
    assert_eq!(left.contents().len(), 4);

    env.delete(&pruning).await.unwrap();
    let left = env.s3().list_objects_v2().bucket("site").send().await.unwrap();
    assert_eq!(
        left.contents()
            .iter()
            .map(|object| object.key().unwrap())
            .collect::<Vec<_>>(),
        ["elsewhere"]
    );
}

#[tokio::test]
async fn it_is_imported_as_it_is() {
    let env = with_bucket(bucket()).await;
    let site = Site::new();
    let directory = site.directory();
    env.create(&directory).await.unwrap();
    let changed = env.changes(&RemoteId::new("site/www/"), &directory, None).await;
    assert!(changed.iter().all(|path| path == "source.root"), "{changed:?}");
    env.sandbox.clear_requests();
    env.update(&directory, None).await.unwrap();
    assert_eq!(written(&env), Vec::<String>::new());
}

#[tokio::test]
async fn objects_that_are_there_are_not_overwritten() {
    let env = with_bucket(bucket()).await;
    let body = ByteStream::from_static(b"x");
    env.s3()
        .put_object()
        .bucket("site")
        .key("www/index.html")
        .body(body)
        .send()
        .await
        .unwrap();
    let error = env.create(&Site::new().directory()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists);
}

#[tokio::test]
async fn an_interrupted_upload_has_no_page_without_its_assets_and_is_finished() {
    let env = with_bucket(bucket()).await;
    let site = Site::new();
    let directory = site.directory();
    env.sandbox
        .inject(Fault::access_denied().on_operation("PutObject").nth(1));
    env.create(&directory).await.unwrap_err();
    let there = env.s3().list_objects_v2().bucket("site").send().await.unwrap();
    assert_eq!(there.contents().len(), 0, "the asset comes first");
    env.update(&directory, Some(&directory)).await.unwrap();
    env.assert_in_sync(&directory).await;
}

#[tokio::test]
async fn a_file_that_changed_since_the_plan_is_an_error() {
    let env = with_bucket(bucket()).await;
    let site = Site::new();
    let directory = site.directory();
    site.write("assets/app.js", "changed");
    let error = env.create(&directory).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict);
    assert!(error.message.contains("app.js"), "{error}");
}

#[tokio::test]
async fn encrypted_objects_are_compared_by_their_checksum() {
    let kms = Encryption::builder().algorithm(SseAlgorithm::Kms).build();
    let env = with_bucket(Bucket {
        encryption: kms,
        ..bucket()
    })
    .await;
    let site = Site::new();
    let directory = site.directory();
    env.create(&directory).await.unwrap();
    env.assert_in_sync(&directory).await;
}

#[test]
fn what_cannot_be_read_is_refused_when_planned() {
    let missing = Directory::builder()
        .bucket("site")
        .source(Folder::at("no/such/folder"))
        .build();
    assert_eq!(problems(&missing).len(), 1, "{:?}", problems(&missing));
    let open = Directory {
        prefix: "www".to_owned(),
        ..Site::new().directory()
    };
    assert_eq!(problems(&open).len(), 1);
}
