// The types of the package have no nullable annotations either.
#nullable disable

using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

/// <summary>Requests the value of a version, by version ID or by staging label.</summary>
public class GetSecretValueRequest : AmazonWebServiceRequest
{
    public string SecretId { get; set; }

    public string VersionId { get; set; }

    public string VersionStage { get; set; }
}

/// <summary>A version with its value.</summary>
public class GetSecretValueResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public DateTime? CreatedDate { get; set; }

    public string Name { get; set; }

    public string SecretString { get; set; }

    public string VersionId { get; set; }

    public List<string> VersionStages { get; set; }
}

/// <summary>Creates a version with a value. <see cref="ClientRequestToken"/> becomes its ID.</summary>
public class PutSecretValueRequest : AmazonWebServiceRequest
{
    public string SecretId { get; set; }

    public string ClientRequestToken { get; set; }

    public string SecretString { get; set; }

    public List<string> VersionStages { get; set; }
}

/// <summary>The version that has the value, with its staging labels.</summary>
public class PutSecretValueResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public string VersionId { get; set; }

    public List<string> VersionStages { get; set; }
}

/// <summary>Requests the metadata of a secret without its value.</summary>
public class DescribeSecretRequest : AmazonWebServiceRequest
{
    public string SecretId { get; set; }
}

/// <summary>The versions of the secret with their staging labels.</summary>
public class DescribeSecretResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public Dictionary<string, List<string>> VersionIdsToStages { get; set; }
}

/// <summary>Moves a staging label from one version to another.</summary>
public class UpdateSecretVersionStageRequest : AmazonWebServiceRequest
{
    public string SecretId { get; set; }

    public string VersionStage { get; set; }

    public string RemoveFromVersionId { get; set; }

    public string MoveToVersionId { get; set; }
}

/// <summary>The secret whose staging label was moved.</summary>
public class UpdateSecretVersionStageResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }
}

/// <summary>Requests the rotation of a secret.</summary>
public class RotateSecretRequest : AmazonWebServiceRequest
{
    public string SecretId { get; set; }

    public string ClientRequestToken { get; set; }
}

/// <summary>The version that the rotation creates.</summary>
public class RotateSecretResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public string VersionId { get; set; }
}
