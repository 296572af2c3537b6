# A network to put the tier into.

variable "name" {
  description = "What everything is called"
  type        = string
}

module "network" {
  source = "../../../network"
  name   = var.name
}

data "aws_ami" "linux" {
  owners      = ["amazon"]
  most_recent = true

  filter {
    name   = "name"
    values = ["al2023-ami-2023.*-x86_64"]
  }
}

output "network" {
  description = "The network's outputs"
  value       = module.network
}

output "ami" {
  description = "Image of the instances"
  value       = data.aws_ami.linux.id
}
