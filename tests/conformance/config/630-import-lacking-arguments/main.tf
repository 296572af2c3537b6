import {
  to = terraform_data.a
}
import {
  id = "x"
}
import {
  to = terraform_data.a
  id = "x"
  bad = 1
  foo {}
}
resource "terraform_data" "a" { }
