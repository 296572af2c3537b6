# A shop as it grows: one box at first, then a load balancer, an app tier on spot pools and a managed database.
#
#   terrace plan  --phase mvp       what the first step would make
#   terrace apply --phase mvp
#   terrace plan  --phase growth    what the next step would change
#   terrace apply --phase growth

stack "shop" {}

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      project = stack.name
    }
  }
}

# The latest Amazon Linux 2023.
data "aws_ami" "linux" {
  owners      = ["amazon"]
  most_recent = true

  filter {
    name   = "name"
    values = ["al2023-ami-2023.*-x86_64"]
  }
}

phase "mvp" {
  description = "One box: application and database together"

  serves {
    users               = 10000
    requests_per_second = 50
  }

  module "box" {
    source = "../../modules/single-box"

    name             = "${stack.name}-box"
    ami              = data.aws_ami.linux.id
    instance_type    = var.box_instance_type
    data_volume_size = 50
    user_data        = file("${path.module}/files/box.sh")
  }

  output "url" {
    description = "Where the shop answers"
    value       = "http://${module.box.public_ip}"
  }
}

phase "growth" {
  description = "A load balancer, an app tier over three zones, and a managed database with replicas"
  after       = "mvp"

  serves {
    users               = 100000
    requests_per_second = 1500
  }

  module "network" {
    source = "../../modules/network"

    name       = stack.name
    cidr_block = "10.20.0.0/16"
    zone_count = 3
  }

  module "web" {
    source = "../../modules/app-tier"

    name               = stack.name
    vpc_id             = module.network.vpc_id
    public_subnet_ids  = module.network.public_subnet_ids
    private_subnet_ids = module.network.private_subnet_ids
    ami                = data.aws_ami.linux.id
    user_data          = file("${path.module}/files/app.sh")
    instance_types     = var.app_instance_types
    on_demand_base     = var.on_demand_base
    min_size           = 3
    max_size           = 20
    cpu_target         = 50
    health_check_path  = var.health_check_path

    schedules = {
      weekday-morning = { recurrence = "0 9 * * 1-5", size = 10, time_zone = var.time_zone }
      weekday-evening = { recurrence = "0 17 * * 1-5", size = 3, time_zone = var.time_zone }
      weekend         = { recurrence = "0 0 * * 6", size = 2, time_zone = var.time_zone }
    }
  }

  module "database" {
    source = "../../modules/database"

    name                = stack.name
    vpc_id              = module.network.vpc_id
    subnet_ids          = module.network.private_subnet_ids
    instance_class      = var.database_class
    replica_count       = 2
    deletion_protection = var.protect_data
    skip_final_snapshot = !var.protect_data

    client_security_group_ids = {
      web = module.web.security_group_id
    }
  }

  output "url" {
    description = "Where the shop answers"
    value       = module.web.url
  }

  output "database" {
    description = "Host and port of the primary"
    value       = module.database.endpoint
  }
}
