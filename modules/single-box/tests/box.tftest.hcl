# The box in the default network of a simulated AWS.

provider "aws" {
  region = "us-east-1"
}

variables {
  name = "box"
  ami  = "ami-0123456789abcdef0"
}

run "box" {
  assert {
    condition     = can(cidrhost("${output.public_ip}/32", 0))
    error_message = "the address is ${output.public_ip}"
  }

  assert {
    condition     = aws_volume_attachment.data.instance_id == output.instance_id
    error_message = "the data volume is attached to something else"
  }

  assert {
    condition     = toset(keys(aws_vpc_security_group_ingress_rule.web)) == toset(["80", "443"])
    error_message = "the ports are ${jsonencode(keys(aws_vpc_security_group_ingress_rule.web))}"
  }
}

run "another_type_keeps_the_data" {
  variables {
    instance_type = "t3.large"
  }

  assert {
    condition     = output.data_volume_id == run.box.data_volume_id
    error_message = "the data volume was replaced"
  }

  assert {
    condition     = output.public_ip == run.box.public_ip
    error_message = "the address changed"
  }
}
