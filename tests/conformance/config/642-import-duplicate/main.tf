import {
  to = terraform_data.a

  id = "x-1"
}
import {

  id = "x-2"
  to = terraform_data.a
}
resource "terraform_data" "a" { }
