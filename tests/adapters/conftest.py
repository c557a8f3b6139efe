from standin.fixtures import github as github
