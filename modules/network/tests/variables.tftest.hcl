# Values that the module refuses. Nothing has to be there for that.

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = {
      names = ["us-east-1a", "us-east-1b", "us-east-1c"]
    }
  }
}

variables {
  name = "shop"
}

run "block_too_small" {
  command = plan

  variables {
    cidr_block = "10.0.0.0/30"
  }

  expect_failures = [var.cidr_block]
}

run "no_zone" {
  command = plan

  variables {
    zone_count = 0
  }

  expect_failures = [var.zone_count]
}

run "unknown_nat" {
  command = plan

  variables {
    nat = "many"
  }

  expect_failures = [var.nat]
}
