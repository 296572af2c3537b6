# What the module makes, on a simulated AWS.

provider "aws" {
  region = "us-east-1"
}

variables {
  name = "shop"
}

run "three_zones" {
  assert {
    condition     = length(output.zones) == 3 && length(distinct(output.zones)) == 3
    error_message = "the zones are ${jsonencode(output.zones)}"
  }

  assert {
    condition     = length(distinct(concat(output.public_subnet_ids, output.private_subnet_ids))) == 6
    error_message = "there should be a public and a private subnet in each zone"
  }

  assert {
    condition     = length(distinct(output.nat_public_ips)) == 3
    error_message = "each zone should have a NAT gateway of its own"
  }

  assert {
    condition     = alltrue([for subnet in aws_subnet.public : subnet.vpc_id == output.vpc_id])
    error_message = "a subnet is in another VPC"
  }
}

run "one_gateway_is_enough" {
  variables {
    nat = "one"
  }

  assert {
    condition     = length(output.nat_public_ips) == 1
    error_message = "there are ${length(output.nat_public_ips)} NAT gateways"
  }

  assert {
    condition     = output.vpc_id == run.three_zones.vpc_id
    error_message = "the network was made anew"
  }
}

run "no_way_out" {
  command = plan

  variables {
    nat = "none"
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_route.nat) == 0
    error_message = "something still leads out"
  }
}
