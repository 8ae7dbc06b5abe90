//! How the environments differ.

use iac_aws::dynamodb::Billing;

/// One environment's size and place. Account numbers, domains and certificates are configuration: they are given where the
/// program is built for a real account, never in the stack's own code.
#[derive(Clone, Debug)]
pub struct Environment {
    /// `dev`, `staging` or `prod`.
    pub name: &'static str,
    /// The region everything but CloudFront and IAM lives in.
    pub region: &'static str,
    /// The accounts it may be deployed to. Empty allows the account of the credentials.
    pub accounts: &'static [&'static str],
    /// How the tables are paid for.
    pub billing: Billing,
    /// Whether the tables can be restored to any second and are protected from deletion.
    pub keeps_data: bool,
    /// The first two numbers of the network's addresses.
    pub network: &'static str,
    /// The zones of the two subnets.
    pub zones: [&'static str; 2],
    /// Which refs of the repository may deploy: a pattern of the OIDC subject after `repo:<repository>:`.
    pub deploys_from: &'static str,
    /// The site's own name and the ARN of its certificate in us-east-1.
    pub domain: Option<(&'static str, &'static str)>,
}

/// The repository whose workflows deploy.
pub const REPOSITORY: &str = match option_env!("GPU_SPOT_MONITOR_REPOSITORY") {
    Some(repository) => repository,
    None => "example/aws-gpu-spot-monitor",
};

impl Environment {
    /// On demand, nothing kept.
    pub fn dev() -> Self {
        Self {
            name: "dev",
            region: "us-east-1",
            accounts: &[],
            billing: Billing::on_demand(),
            keeps_data: false,
            network: "10.10",
            zones: ["us-east-1a", "us-east-1b"],
            deploys_from: "*",
            domain: None,
        }
    }

    /// As dev, in a network of its own, with data that is kept.
    pub fn staging() -> Self {
        Self {
            name: "staging",
            keeps_data: true,
            network: "10.20",
            deploys_from: "ref:refs/heads/main",
            ..Self::dev()
        }
    }

    /// Provisioned capacity; deployed from the main branch alone.
    pub fn prod() -> Self {
        Self {
            name: "prod",
            billing: Billing::provisioned(25, 10),
            keeps_data: true,
            network: "10.30",
            deploys_from: "ref:refs/heads/main",
            ..Self::dev()
        }
    }

    /// All three, in the order changes travel.
    pub fn all() -> [Self; 3] {
        [Self::dev(), Self::staging(), Self::prod()]
    }

    /// Whether losing it would hurt.
    pub fn is_prod(&self) -> bool {
        self.name == "prod"
    }
}
