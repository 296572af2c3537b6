resource "terraform_data" "a" { input = 1 }
resource "terraform_data" "c" {
  count = 2
  input = count.index
}
module "m" {
  source = "./m"
  n = 1
}
resource "terraform_data" "f" {
  for_each = toset(["x", "y"])
  input = each.key
}
