check "c" {
  assert {
    condition = path.module == "y"
    error_message = null
  }
}
check "d" {
  assert {
    condition = path.module == "y"
    error_message = 5
  }
}
check "e" {
  assert {
    condition = path.module == "y"
    error_message = [1]
  }
}
check "f" {
  assert {
    condition = path.module == "y"
    error_message = path.nope
  }
}
