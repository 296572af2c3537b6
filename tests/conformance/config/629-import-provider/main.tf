import {
  to = terraform_data.a
  id = "x"
  provider = terraform.foo
}
resource "terraform_data" "a" { }
