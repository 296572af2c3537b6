# The database with made-up surroundings: nothing of it reaches a cloud.

mock_provider "aws" {
  mock_resource "aws_db_instance" {
    defaults = {
      endpoint = "shop.c1.us-east-1.rds.amazonaws.com:5432"

      master_user_secret = [
        { secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds-1" },
      ]
    }
  }
}

variables {
  name       = "shop"
  vpc_id     = "vpc-1"
  subnet_ids = ["subnet-1", "subnet-2"]
}

run "protected" {
  command = plan

  assert {
    condition     = aws_db_instance.primary.deletion_protection && !aws_db_instance.primary.skip_final_snapshot
    error_message = "data should be protected unless somebody says otherwise"
  }

  assert {
    condition     = aws_db_instance.primary.storage_encrypted
    error_message = "data should be encrypted"
  }
}

run "replicas" {
  variables {
    replica_count = 3
  }

  assert {
    condition     = length(output.replica_endpoints) == 3
    error_message = "there are ${length(output.replica_endpoints)} replicas"
  }

  assert {
    condition     = startswith(output.master_user_secret_arn, "arn:aws:secretsmanager:")
    error_message = "the secret is ${output.master_user_secret_arn}"
  }
}

run "no_backups" {
  command = plan

  variables {
    backup_retention_days = 0
  }

  expect_failures = [var.backup_retention_days]
}
