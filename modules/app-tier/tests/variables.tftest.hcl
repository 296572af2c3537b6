# Values that the module refuses. Nothing has to be there for that.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = {
      partition = "aws"
    }
  }

  mock_data "aws_iam_policy_document" {
    defaults = {
      json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }
}

variables {
  name               = "shop"
  vpc_id             = "vpc-1"
  public_subnet_ids  = ["subnet-1"]
  private_subnet_ids = ["subnet-2"]
  ami                = "ami-1"
}

run "name_too_long" {
  command = plan

  variables {
    name = "a-name-that-no-load-balancer-can-have"
  }

  expect_failures = [var.name]
}

run "too_few_types" {
  command = plan

  variables {
    instance_types = ["m6i.large"]
  }

  expect_failures = [var.instance_types]
}
