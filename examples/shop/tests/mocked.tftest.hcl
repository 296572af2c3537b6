# The same without any cloud: what is asked is what the configuration does with the answers.

mock_provider "aws" {
  mock_data "aws_ami" {
    defaults = {
      id = "ami-0123456789abcdef0"
    }
  }
}

run "the_image_reaches_the_box" {
  command = plan
  phase   = "mvp"

  override_module {
    target = module.box
    outputs = {
      public_ip = "192.0.2.7"
    }
  }

  assert {
    condition     = data.aws_ami.linux.id == "ami-0123456789abcdef0"
    error_message = "the image is ${data.aws_ami.linux.id}"
  }

  assert {
    condition     = output.url == "http://192.0.2.7"
    error_message = "the shop answers at ${output.url}"
  }
}
