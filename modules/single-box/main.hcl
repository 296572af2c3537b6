# One instance in the default VPC: a fixed address, a data volume that outlives the instance, a firewall.

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }

  filter {
    name   = "default-for-az"
    values = ["true"]
  }
}

data "aws_subnet" "home" {
  id = sort(data.aws_subnets.default.ids)[0]
}

resource "aws_security_group" "this" {
  name        = var.name
  description = "Web traffic to ${var.name}"
  vpc_id      = data.aws_vpc.default.id

  tags = merge(var.tags, { Name = var.name })
}

resource "aws_vpc_security_group_ingress_rule" "web" {
  for_each = { for port in var.ports : tostring(port) => port }

  security_group_id = aws_security_group.this.id
  description       = "Web traffic"
  cidr_ipv4         = var.allowed_cidr
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value

  tags = var.tags
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.this.id
  description       = "Everything out"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"

  tags = var.tags
}

resource "aws_instance" "this" {
  ami                    = var.ami
  instance_type          = var.instance_type
  subnet_id              = data.aws_subnet.home.id
  vpc_security_group_ids = [aws_security_group.this.id]
  user_data              = var.user_data

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = var.root_volume_size
    encrypted   = true
  }

  tags = merge(var.tags, { Name = var.name })
}

resource "aws_ebs_volume" "data" {
  availability_zone = data.aws_subnet.home.availability_zone
  type              = "gp3"
  size              = var.data_volume_size
  encrypted         = true

  tags = merge(var.tags, { Name = "${var.name}-data" })
}

resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdf"
  instance_id = aws_instance.this.id
  volume_id   = aws_ebs_volume.data.id
}

resource "aws_eip" "this" {
  domain = "vpc"

  tags = merge(var.tags, { Name = var.name })
}

resource "aws_eip_association" "this" {
  allocation_id = aws_eip.this.id
  instance_id   = aws_instance.this.id
}
