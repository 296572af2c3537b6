resource "terraform_data" "a" { count = null }
resource "terraform_data" "b" { count = "2" }
resource "terraform_data" "c" { count = "x" }
resource "terraform_data" "d" { count = 1.5 }
resource "terraform_data" "e" { count = [1] }
