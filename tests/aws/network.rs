//! Networks: VPCs, subnets, gateways, addresses, routes and their associations.

use super::stage::stage;

const VPC: &str = r#"
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "first" }
}
"#;

#[tokio::test]
async fn vpc() {
    let Some(mut stage) = stage("vpc") else { return };
    stage.create(VPC).await;
    stage
        .imports("aws_vpc.main", stage.attribute("aws_vpc.main", "id").await.as_str().unwrap())
        .await;
    stage.update(&[("\"first\"", "\"second\"")], &["aws_vpc.main"]).await;
    let arguments = "enable_dns_hostnames = true
  enable_dns_support = true
  enable_network_address_usage_metrics = true
  instance_tenancy = \"default\"
  tags";
    stage.update(&[("tags      ", arguments)], &["aws_vpc.main"]).await;
    assert_eq!(stage.attribute("aws_vpc.main", "enable_dns_hostnames").await, true);
    let off = [
        ("enable_dns_hostnames = true", "enable_dns_hostnames = false"),
        ("enable_dns_support = true", "enable_dns_support = false"),
        ("metrics = true", "metrics = false"),
    ];
    stage.update(&off, &["aws_vpc.main"]).await;
    assert_eq!(stage.attribute("aws_vpc.main", "enable_dns_support").await, false);
    let ipv6 =
        ("  instance_tenancy", "  assign_generated_ipv6_cidr_block = true\n  instance_tenancy");
    stage.update(&[ipv6], &["aws_vpc.main"]).await;
    assert_eq!(stage.attribute("aws_vpc.main", "assign_generated_ipv6_cidr_block").await, true);
    let without =
        ("assign_generated_ipv6_cidr_block = true", "assign_generated_ipv6_cidr_block = false");
    stage.update(&[without], &["aws_vpc.main"]).await;
    stage.update(&[("{ Name = \"second\" }", "{}")], &["aws_vpc.main"]).await;
    stage.is_found_by_tags(&["aws_vpc.main"]).await;
    stage.replace(&[("10.0.0.0/16", "10.1.0.0/16")], &["aws_vpc.main"]).await;
    stage.end().await;
}

#[tokio::test]
async fn subnet() {
    let Some(mut stage) = stage("subnet") else { return };
    let text = r#"
resource "aws_vpc" "main" {
  cidr_block                       = "10.0.0.0/16"
  assign_generated_ipv6_cidr_block = true
}
resource "aws_subnet" "a" {
  vpc_id               = aws_vpc.main.id
  cidr_block           = "10.0.1.0/24"
  availability_zone_id = "use1-az1"
  tags                 = { Name = "a" }
  # more
}
resource "aws_subnet" "six" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, 2)
  ipv6_cidr_block   = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, 2)
  availability_zone = "us-east-1b"
}
"#;
    stage.create(text).await;
    let more = r#"
  map_public_ip_on_launch                        = true
  private_dns_hostname_type_on_launch            = "resource-name"
  enable_resource_name_dns_a_record_on_launch    = true
"#;
    stage.update(&[("  # more\n", more), ("\"a\" }", "\"b\" }")], &["aws_subnet.a"]).await;
    let zone = stage.attribute("aws_subnet.a", "availability_zone").await;
    assert!(zone.as_str().is_some_and(|zone| zone.starts_with("us-east-1")), "{zone}");
    let back = [
        ("on_launch                        = true", "on_launch = false"),
        ("\"resource-name\"", "\"ip-name\""),
        ("record_on_launch    = true", "record_on_launch = false"),
    ];
    stage.update(&back, &["aws_subnet.a"]).await;
    let six = (
        "  availability_zone = \"us-east-1b\"",
        "  availability_zone = \"us-east-1b\"
  assign_ipv6_address_on_creation = true
  enable_dns64 = true
  enable_resource_name_dns_aaaa_record_on_launch = true",
    );
    stage.update(&[six], &["aws_subnet.six"]).await;
    let zone = ("\"us-east-1b\"", "\"us-east-1c\"");
    stage.replace(&[zone], &["aws_subnet.six"]).await;
    stage.is_found_by_tags(&["aws_vpc.main", "aws_subnet.a", "aws_subnet.six"]).await;
    stage.end().await;
}

#[tokio::test]
async fn gateways_and_addresses() {
    let Some(mut stage) = stage("gateways") else { return };
    let text = r#"
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "other" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
  tags   = { Name = "gateway" }
}
resource "aws_internet_gateway" "loose" {}
resource "aws_eip" "nat" {
  domain     = "vpc"
  tags       = { Name = "address" }
  depends_on = [aws_internet_gateway.main]
}
resource "aws_eip" "more" {
  domain = "vpc"
}
resource "aws_nat_gateway" "public" {
  subnet_id     = aws_subnet.a.id
  allocation_id = aws_eip.nat.id
  tags          = { Name = "nat" }
}
resource "aws_nat_gateway" "private" {
  connectivity_type = "private"
  subnet_id         = aws_subnet.a.id
}
"#;
    stage.create(text).await;
    let names = [("\"gateway\"", "\"g\""), ("\"address\"", "\"e\""), ("\"nat\" }", "\"n\" }")];
    let tagged = ["aws_eip.nat", "aws_internet_gateway.main", "aws_nat_gateway.public"];
    stage.update(&names, &tagged).await;
    let loose = "resource \"aws_internet_gateway\" \"loose\" {}";
    let attached = "resource \"aws_internet_gateway\" \"loose\" { vpc_id = aws_vpc.other.id }";
    stage.update(&[(loose, attached)], &["aws_internet_gateway.loose"]).await;
    let nat = ("  tags          =", "  secondary_allocation_ids = [aws_eip.more.id]\n  tags =");
    stage.update(&[nat], &["aws_nat_gateway.public"]).await;
    let without =
        ("  secondary_allocation_ids = [aws_eip.more.id]\n", "  secondary_allocation_ids = []\n");
    stage.update(&[without], &["aws_nat_gateway.public"]).await;
    stage
        .replace(
            &[("allocation_id = aws_eip.nat.id", "allocation_id = aws_eip.more.id")],
            &["aws_nat_gateway.public"],
        )
        .await;
    stage.is_found_by_tags(&tagged).await;
    stage.end().await;
}

#[tokio::test]
async fn addresses_of_instances() {
    let Some(mut stage) = stage("addresses") else { return };
    let text = r#"
data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["al2023-ami-2023*-x86_64", "amzn2-ami-hvm-*-x86_64*"]
  }
}
resource "aws_instance" "a" {
  count         = 2
  ami           = data.aws_ami.linux.id
  instance_type = "t3.micro"
}
resource "aws_eip" "attached" {
  domain   = "vpc"
  instance = aws_instance.a[0].id
}
resource "aws_eip" "apart" {
  domain = "vpc"
}
resource "aws_eip_association" "apart" {
  allocation_id = aws_eip.apart.id
  instance_id   = aws_instance.a[1].id
}
"#;
    stage.create(text).await;
    let association = stage.attribute("aws_eip_association.apart", "id").await;
    stage.imports("aws_eip_association.apart", association.as_str().unwrap()).await;
    let to_interface = [(
        "  instance = aws_instance.a[0].id",
        "  network_interface = aws_instance.a[0].primary_network_interface_id",
    )];
    let steps = stage.change(&to_interface).await;
    assert!(steps.keys().all(|address| address == "aws_eip.attached"), "{steps:?}");
    stage
        .change(&[("  network_interface = aws_instance.a[0].primary_network_interface_id\n", "")])
        .await;
    stage.end().await;
}

#[tokio::test]
async fn routes() {
    let Some(mut stage) = stage("routes") else { return };
    let text = r#"
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_nat_gateway" "private" {
  connectivity_type = "private"
  subnet_id         = aws_subnet.a.id
}
resource "aws_route_table" "inline" {
  vpc_id = aws_vpc.main.id
  tags   = { Name = "inline" }
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
  route {
    cidr_block     = "172.16.0.0/12"
    nat_gateway_id = aws_nat_gateway.private.id
  }
}
resource "aws_route_table" "apart" {
  vpc_id = aws_vpc.main.id
}
resource "aws_route" "default" {
  route_table_id         = aws_route_table.apart.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}
resource "aws_route" "six" {
  route_table_id              = aws_route_table.apart.id
  destination_ipv6_cidr_block = "::/0"
  gateway_id                  = aws_internet_gateway.main.id
}
resource "aws_route_table_association" "subnet" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.inline.id
}
resource "aws_route_table_association" "gateway" {
  gateway_id     = aws_internet_gateway.main.id
  route_table_id = aws_route_table.edge.id
}
resource "aws_route_table" "edge" {
  vpc_id = aws_vpc.main.id
}
"#;
    stage.create(text).await;
    let table = stage.attribute("aws_route_table.apart", "id").await;
    let table = table.as_str().unwrap();
    stage.imports("aws_route.default", &format!("{table}_0.0.0.0/0")).await;
    stage.imports("aws_route.six", &format!("{table}_::/0")).await;
    let subnet = stage.attribute("aws_subnet.a", "id").await;
    let inline = stage.attribute("aws_route_table.inline", "id").await;
    let association = format!("{}/{}", subnet.as_str().unwrap(), inline.as_str().unwrap());
    stage.imports("aws_route_table_association.subnet", &association).await;
    let other_target = (
        "  destination_cidr_block = \"0.0.0.0/0\"\n  gateway_id             = aws_internet_gateway.main.id",
        "  destination_cidr_block = \"0.0.0.0/0\"\n  nat_gateway_id = aws_nat_gateway.private.id",
    );
    stage.update(&[other_target], &["aws_route.default"]).await;
    let inline = [("172.16.0.0/12", "172.17.0.0/16"), ("\"inline\" }", "\"other\" }")];
    stage.update(&inline, &["aws_route_table.inline"]).await;
    let moved = (
        "  subnet_id      = aws_subnet.a.id\n  route_table_id = aws_route_table.inline.id",
        "  subnet_id      = aws_subnet.a.id\n  route_table_id = aws_route_table.apart.id",
    );
    stage.change(&[moved]).await;
    stage.replace(&[("\"::/0\"", "\"2001:db8::/32\"")], &["aws_route.six"]).await;
    stage.end().await;
}
