//! Data sources: what is looked up, and what is said when nothing or too much is found.

use super::stage::stage;

const TEXT: &str = r#"
resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "looked-up" }
}
resource "aws_subnet" "a" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = ["us-east-1a", "us-east-1b"][count.index]
  tags              = { Tier = "web", Index = count.index }
}
resource "aws_security_group" "a" {
  name        = "web"
  description = "Web"
  vpc_id      = aws_vpc.main.id
}
resource "aws_ssm_parameter" "a" {
  name  = "/data/a"
  type  = "SecureString"
  value = "hidden"
}
resource "aws_instance" "a" {
  count         = 2
  ami           = data.aws_ami.linux.id
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.a[count.index].id
  tags          = { Role = "looked-up" }
}
data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["al2023-ami-2023*-x86_64", "amzn2-ami-hvm-*-x86_64*"]
  }
}
data "aws_vpc" "by_id" { id = aws_vpc.main.id }
data "aws_vpc" "by_tag" {
  tags       = { Name = "looked-up" }
  depends_on = [aws_vpc.main]
}
data "aws_vpc" "by_filter" {
  filter {
    name   = "cidr"
    values = [aws_vpc.main.cidr_block]
  }
  depends_on = [aws_vpc.main]
}
data "aws_subnet" "one" {
  vpc_id            = aws_vpc.main.id
  availability_zone = "us-east-1a"
  depends_on        = [aws_subnet.a]
}
data "aws_subnets" "all" {
  filter {
    name   = "vpc-id"
    values = [aws_vpc.main.id]
  }
  tags       = { Tier = "web" }
  depends_on = [aws_subnet.a]
}
data "aws_security_group" "a" {
  name       = "web"
  vpc_id     = aws_vpc.main.id
  depends_on = [aws_security_group.a]
}
data "aws_instances" "all" {
  instance_tags = { Role = "looked-up" }
  depends_on    = [aws_instance.a]
}
data "aws_ssm_parameter" "a" {
  name       = aws_ssm_parameter.a.name
  depends_on = [aws_ssm_parameter.a]
}
data "aws_availability_zones" "all" { state = "available" }
data "aws_region" "here" {}
data "aws_caller_identity" "me" {}
data "aws_partition" "here" {}
data "aws_default_tags" "all" {}
data "aws_ec2_instance_type" "small" { instance_type = "t3.small" }
data "aws_iam_policy_document" "all" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
}
output "ids" {
  value = {
    id       = data.aws_vpc.by_id.id == aws_vpc.main.id
    tag      = data.aws_vpc.by_tag.id == aws_vpc.main.id
    filter   = data.aws_vpc.by_filter.arn == aws_vpc.main.arn
    subnet   = data.aws_subnet.one.id == aws_subnet.a[0].id
    subnets  = sort(data.aws_subnets.all.ids) == sort(aws_subnet.a[*].id)
    group    = data.aws_security_group.a.id == aws_security_group.a.id
    machines = sort(data.aws_instances.all.ids) == sort(aws_instance.a[*].id)
    image    = startswith(data.aws_ami.linux.id, "ami-")
    zones    = length(data.aws_availability_zones.all.names) > 1
    policy   = jsondecode(data.aws_iam_policy_document.all.json).Statement[0].Action == "s3:GetObject"
  }
}
output "facts" {
  value = [
    data.aws_vpc.by_id.enable_dns_hostnames,
    data.aws_region.here.region,
    data.aws_partition.here.partition,
    data.aws_default_tags.all.tags.Owner,
    data.aws_ec2_instance_type.small.default_vcpus,
    data.aws_ec2_instance_type.small.memory_size,
    nonsensitive(data.aws_ssm_parameter.a.value),
    data.aws_caller_identity.me.account_id,
  ]
}
"#;

#[tokio::test]
async fn everything_is_looked_up() {
    let Some(stage) = stage("data") else { return };
    let mut stage = stage.with_provider("default_tags {\n tags = { Owner = \"me\" }\n}");
    stage.create(TEXT).await;
    let ids = stage.output("ids").await;
    assert!(!ids.contains("false") && ids.contains("true"), "{ids}");
    let account = stage.account();
    assert_eq!(
        stage.output("facts").await,
        format!(r#"[true,"us-east-1","aws","me",2,2048,"hidden","{account}"]"#)
    );
    stage.end().await;
}

#[tokio::test]
async fn nothing_and_too_much_are_refused() {
    let Some(mut stage) = stage("data refused") else { return };
    stage.create("resource \"aws_vpc\" \"a\" {\n  count = 2\n  cidr_block = \"10.${count.index}.0.0/16\"\n}\n").await;
    for (text, words) in [
        ("data \"aws_vpc\" \"x\" { id = \"vpc-0123456789abcdef0\" }", "nothing matches"),
        ("data \"aws_vpc\" \"x\" {}", "match where one is asked for"),
        ("data \"aws_ssm_parameter\" \"x\" { name = \"/no/such\" }", "no parameter is named"),
        ("data \"aws_ami\" \"x\" {\n  owners = [\"self\"]\n}", "nothing matches"),
    ] {
        let refusal = stage.refusal(text).await;
        let refusal = refusal.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(refusal.contains(words), "{text}: {refusal}");
    }
    stage.end().await;
}
