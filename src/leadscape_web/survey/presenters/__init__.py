"""From records to what pages show: pure functions, frozen results, every missing value in words."""
