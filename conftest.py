"""What pytest loads for every test of the repository."""

pytest_plugins = ["libs.testing.fixtures", "libs.testing.service_fixtures"]
