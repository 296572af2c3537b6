variable "a" { default = "over" }
locals { l = 10 }
resource "terraform_data" "r" {
  input = 2
}
