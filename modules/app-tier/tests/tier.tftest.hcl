# The tier in a network of its own, on a simulated AWS.

provider "aws" {
  region = "us-east-1"
}

variables {
  name = "shop"
}

run "setup" {
  module {
    source = "./tests/setup"
  }
}

run "tier" {
  variables {
    vpc_id             = run.setup.network.vpc_id
    public_subnet_ids  = run.setup.network.public_subnet_ids
    private_subnet_ids = run.setup.network.private_subnet_ids
    ami                = run.setup.ami
  }

  assert {
    condition     = startswith(output.url, "http://") && strcontains(output.url, ".elb.amazonaws.com")
    error_message = "the url is ${output.url}"
  }

  assert {
    condition     = aws_autoscaling_group.app.min_size == 3 && aws_autoscaling_group.app.max_size == 20
    error_message = "the group may have ${aws_autoscaling_group.app.min_size} to ${aws_autoscaling_group.app.max_size}"
  }

  assert {
    condition     = contains(aws_autoscaling_group.app.target_group_arns, output.target_group_arn)
    error_message = "the instances are not behind the load balancer"
  }
}

run "larger" {
  variables {
    vpc_id             = run.setup.network.vpc_id
    public_subnet_ids  = run.setup.network.public_subnet_ids
    private_subnet_ids = run.setup.network.private_subnet_ids
    ami                = run.setup.ami
    max_size           = 40

    schedules = {
      night = { recurrence = "0 22 * * *", size = 1 }
    }
  }

  assert {
    condition     = output.load_balancer_arn == run.tier.load_balancer_arn
    error_message = "a larger group needs no other load balancer"
  }

  assert {
    condition     = aws_autoscaling_group.app.max_size == 40
    error_message = "the group may have ${aws_autoscaling_group.app.max_size}"
  }

  assert {
    condition     = aws_autoscaling_schedule.this["night"].time_zone == "Etc/UTC"
    error_message = "the schedule is in ${aws_autoscaling_schedule.this["night"].time_zone}"
  }
}
